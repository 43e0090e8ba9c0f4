//! What a picture file says of its making: the `parameters` text that other programs read and write (the format of
//! AUTOMATIC1111's web UI), and our own complete record, the request as JSON under `scumble`.

use serde::{Deserialize, Serialize};

use super::request::Request;
use crate::io::TextChunk;
use crate::sampling::{RngKind, SamplerKind, ScheduleKind};

/// Keyword of the text for other programs.
pub const PARAMETERS: &str = "parameters";
/// Keyword of our own record.
pub const OWN: &str = "scumble";
/// Key under which a layer keeps the request that made it, as JSON.
pub const REQUEST_NOTE: &str = "request";
/// Key under which a layer that was painted in several runs keeps all of their requests in order, as a JSON list; the
/// first of them stands under [`REQUEST_NOTE`] too.
pub const REQUESTS_NOTE: &str = "requests";
/// Longest text of other programs that is looked at.
pub const MAX_PARAMETERS_BYTES: usize = 1 << 20;
/// Version of our own record; a larger one was written by a newer program.
pub const SCHEMA: u32 = 1;

/// Our own record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`] of the program that wrote it.
    pub schema: u32,
    /// Version of that program.
    pub version: String,
    /// The request of this very picture (batch index 0).
    pub request: Request,
}

/// The texts for picture number `index` of a request's batch, of `size` pixels in the end.
pub fn texts(request: &Request, index: u64, size: (u32, u32)) -> Vec<TextChunk> {
    let request = Request { seed: request.seed.wrapping_add(index), ..request.clone() };
    let parameters = parameters(&request, size);
    let record = Record { schema: SCHEMA, version: env!("CARGO_PKG_VERSION").into(), request };
    let json = serde_json::to_string(&record).expect("a request is plain data");
    vec![TextChunk::new(PARAMETERS, parameters), TextChunk::new(OWN, json)]
}

/// What a layer keeps under [`REQUEST_NOTE`].
pub fn note(request: &Request) -> String {
    serde_json::to_string(request).expect("a request is plain data")
}

/// The request that made a picture, from our own record. `None` without one, `Err` with a reason if it cannot be used.
pub fn read_record(texts: &[TextChunk]) -> Option<Result<Record, String>> {
    let json = &texts.iter().find(|t| t.keyword == OWN)?.text;
    #[derive(Deserialize)]
    struct Version {
        schema: u32,
    }
    Some(match serde_json::from_str::<Version>(json) {
        Ok(Version { schema }) if schema > SCHEMA => Err(format!(
            "the picture was made by a newer version (record {schema}, this program reads up to {SCHEMA}): update it"
        )),
        _ => serde_json::from_str(json).map_err(|e| format!("the picture's record is broken: {e}")),
    })
}

/// The `parameters` text of one picture of `size` pixels.
pub fn parameters(request: &Request, size: (u32, u32)) -> String {
    let mut fields: Vec<(&str, String)> = vec![("Steps", request.steps.to_string())];
    if let Some(sampler) = request.sampler {
        fields.push(("Sampler", sampler_label(sampler).into()));
    }
    if let Some(schedule) = request.schedule {
        fields.push(("Schedule type", schedule_label(schedule).into()));
    }
    fields.push(("CFG scale", request.cfg_scale.to_string()));
    fields.push(("Seed", request.seed.to_string()));
    fields.push(("Size", format!("{}x{}", size.0, size.1)));
    fields.push(("Model", request.model.clone()));
    if request.init.is_some() {
        fields.push(("Denoising strength", request.strength.to_string()));
    }
    if request.clip_skip > 0 {
        // There 1 means the last layer, which we call 0.
        fields.push(("Clip skip", (u64::from(request.clip_skip) + 1).to_string()));
    }
    if request.guidance_rescale > 0.0 {
        fields.push(("CFG rescale phi", request.guidance_rescale.to_string()));
    }
    if !request.template.is_empty() {
        fields.push(("Template", request.template.clone()));
    }
    fields.push(("RNG", rng_label(request.rng).into()));
    fields.push(("Version", format!("Scumble {}", env!("CARGO_PKG_VERSION"))));
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {}", quote(value))).collect();
    let mut out = request.prompt.clone();
    if !request.negative.is_empty() {
        out.push_str("\nNegative prompt: ");
        out.push_str(&request.negative);
    }
    out.push('\n');
    out.push_str(&fields.join(", "));
    out
}

/// How a picture was made, from our own record or else from the text of other programs; `None` if neither is there or
/// understood. What a text leaves open is as requests are by default.
pub fn request_of(texts: &[TextChunk]) -> Option<Request> {
    if let Some(Ok(record)) = read_record(texts) {
        return Some(record.request);
    }
    let text = &texts.iter().find(|t| t.keyword == PARAMETERS)?.text;
    if text.len() > MAX_PARAMETERS_BYTES {
        return None;
    }
    let parameters = parse_parameters(text);
    if parameters.fields.is_empty() {
        return None;
    }
    // Without the model's name none is meant.
    let mut request = Request { model: String::new(), ..Request::default() };
    parameters.apply(&mut request);
    Some(request)
}

/// A `parameters` text taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// What to paint.
    pub prompt: String,
    /// What to avoid.
    pub negative: String,
    /// All fields in order, quotes resolved, known or not.
    pub fields: Vec<(String, String)>,
}

/// Takes a `parameters` text apart. Never fails: what is not understood as fields is prompt.
pub fn parse_parameters(text: &str) -> Parameters {
    let text = text.replace("\r\n", "\n");
    let text = text.trim_end_matches(['\n', ' ', '\0']);
    let (above, last) = text.rsplit_once('\n').unwrap_or(("", text));
    let fields = fields(last);
    // A prompt may hold a colon or two; the line of fields has Steps or at least three of them.
    let is_fields = fields.len() >= 3 || fields.iter().any(|(key, _)| key == "Steps");
    let (above, fields) = if is_fields { (above, fields) } else { (text, Vec::new()) };
    const MARK: &str = "Negative prompt:";
    let at = if above.starts_with(MARK) { Some(0) } else { above.find(&format!("\n{MARK}")).map(|n| n + 1) };
    let (prompt, negative) = match at {
        Some(at) => {
            (&above[..at], above[at + MARK.len()..].strip_prefix(' ').unwrap_or(&above[at + MARK.len()..]))
        }
        None => (above, ""),
    };
    let prompt = prompt.strip_suffix('\n').unwrap_or(prompt);
    Parameters { prompt: prompt.into(), negative: negative.into(), fields }
}

impl Parameters {
    /// The value of a field.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    /// Puts what is understood into a request; fields that are missing or unknown leave it as it is.
    pub fn apply(&self, request: &mut Request) {
        fn set<T: std::str::FromStr>(value: Option<&str>, to: &mut T) {
            if let Some(value) = value.and_then(|v| v.trim().parse().ok()) {
                *to = value;
            }
        }
        request.prompt = self.prompt.clone();
        request.negative = self.negative.clone();
        set(self.get("Steps"), &mut request.steps);
        set(self.get("CFG scale"), &mut request.cfg_scale);
        set(self.get("Seed"), &mut request.seed);
        set(self.get("Denoising strength"), &mut request.strength);
        set(self.get("CFG rescale phi"), &mut request.guidance_rescale);
        if let Some((w, h)) = self.get("Size").and_then(|s| s.split_once('x')) {
            set(Some(w), &mut request.width);
            set(Some(h), &mut request.height);
        }
        if let Some(skip) = self.get("Clip skip").and_then(|v| v.parse::<u32>().ok()) {
            request.clip_skip = skip.saturating_sub(1);
        }
        if let Some(template) = self.get("Template") {
            request.template = template.into();
        }
        if let Some(model) = self.get("Model") {
            request.model = model.into();
        }
        if let Some(rng) = self.get("RNG") {
            request.rng = RngKind::ALL.iter().copied().find(|r| rng_label(*r) == rng).unwrap_or(request.rng);
        }
        if let Some(sampler) = self.get("Sampler") {
            let (sampler, schedule) = read_sampler(sampler);
            request.sampler = sampler.or(request.sampler);
            request.schedule = schedule.or(request.schedule);
        }
        if let Some(label) = self.get("Schedule type") {
            let found = ScheduleKind::ALL.iter().find(|s| schedule_label(**s).eq_ignore_ascii_case(label));
            request.schedule = found.copied().or(request.schedule);
        }
    }
}

/// A sampler's label; older files name the schedule behind it (`DPM++ 2M Karras`).
fn read_sampler(label: &str) -> (Option<SamplerKind>, Option<ScheduleKind>) {
    let find = |label: &str| {
        SamplerKind::ALL.iter().copied().find(|s| sampler_label(*s).eq_ignore_ascii_case(label.trim()))
    };
    if let Some(sampler) = find(label) {
        return (Some(sampler), None);
    }
    let old = [ScheduleKind::Karras, ScheduleKind::Exponential].into_iter().find_map(|schedule| {
        let sampler = find(label.trim().strip_suffix(schedule_label(schedule))?)?;
        Some((Some(sampler), Some(schedule)))
    });
    old.unwrap_or((None, None))
}

/// `Key: value, Key: "quoted, value"`: keys of words, values up to a comma or a quoted JSON string.
fn fields(line: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = line.trim();
    while let Some((key, after)) = rest.split_once(':') {
        let key = key.trim();
        let is_key = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '/' | '.' | '(' | ')');
        if key.is_empty() || key.len() > 60 || !key.chars().all(is_key) {
            break;
        }
        let after = after.trim_start();
        let quoted = after.starts_with('"').then(|| {
            let mut values = serde_json::Deserializer::from_str(after).into_iter::<String>();
            let value = values.next()?.ok()?;
            Some((value, values.byte_offset()))
        });
        let (value, end) = quoted.flatten().unwrap_or_else(|| {
            let end = after.find(',').unwrap_or(after.len());
            (after[..end].trim().to_string(), end)
        });
        out.push((key.to_string(), value));
        rest = after[end..].trim_start().trim_start_matches(',').trim_start();
    }
    out
}

/// A value that would be mistaken for several is written as a JSON string.
fn quote(value: &str) -> String {
    let plain = !value.is_empty() && !value.contains([',', ':', '\n', '\r', '"']) && value.trim() == value;
    if plain { value.into() } else { serde_json::Value::from(value).to_string() }
}

/// The name that users of other programs know.
pub const fn sampler_label(sampler: SamplerKind) -> &'static str {
    match sampler {
        SamplerKind::Ddim => "DDIM",
        SamplerKind::Ddpm => "DDPM",
        SamplerKind::Euler => "Euler",
        SamplerKind::EulerA => "Euler a",
        SamplerKind::Heun => "Heun",
        SamplerKind::Dpm2 => "DPM2",
        SamplerKind::Dpmpp2sA => "DPM++ 2S a",
        SamplerKind::Dpmpp2m => "DPM++ 2M",
        SamplerKind::Dpmpp2mSde => "DPM++ 2M SDE",
        SamplerKind::DpmppSde => "DPM++ SDE",
        SamplerKind::UniPc => "UniPC",
        SamplerKind::Pndm => "PLMS",
        SamplerKind::Lcm => "LCM",
        SamplerKind::Tcd => "TCD",
    }
}

/// The name that users of other programs know.
pub const fn schedule_label(schedule: ScheduleKind) -> &'static str {
    match schedule {
        ScheduleKind::Normal => "Normal",
        ScheduleKind::Karras => "Karras",
        ScheduleKind::Exponential => "Exponential",
        ScheduleKind::SgmUniform => "SGM Uniform",
        ScheduleKind::Simple => "Simple",
        ScheduleKind::Beta => "Beta",
        ScheduleKind::DdimUniform => "DDIM",
    }
}

/// The name that users of other programs know: `CPU` is PyTorch's generator, `NV` that of CUDA.
const fn rng_label(rng: RngKind) -> &'static str {
    match rng {
        RngKind::Torch => "CPU",
        RngKind::Philox => "NV",
        RngKind::Canvas => "canvas",
    }
}
