//! The texts inside picture files.

use scumble::generate::metadata::{
    OWN, PARAMETERS, parameters, parse_parameters, read_record, sampler_label, schedule_label, texts,
};
use scumble::generate::request::{Request, Source};
use scumble::io::TextChunk;
use scumble::sampling::{RngKind, SamplerKind, ScheduleKind};

use crate::prng::Prng;

#[test]
fn parameters_read_as_other_programs_write_them() {
    let request = Request {
        model: "starter".into(),
        prompt: "a boat, (calm sea:1.2)".into(),
        negative: "blurry".into(),
        sampler: Some(SamplerKind::Dpmpp2m),
        schedule: Some(ScheduleKind::Karras),
        seed: 42,
        clip_skip: 1,
        strength: 0.75,
        init: Some(Source { path: "a.png".into(), hash: "00".into() }),
        ..Request::default()
    };
    let expect = format!(
        "a boat, (calm sea:1.2)\nNegative prompt: blurry\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, \
         CFG scale: 7, Seed: 42, Size: 512x768, Model: starter, Denoising strength: 0.75, Clip skip: 2, RNG: CPU, \
         Version: Scumble {}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(parameters(&request, (512, 768)), expect);
}

#[test]
fn foreign_parameters_are_understood() {
    let text = "masterpiece, a castle\nsecond line: with a colon\nNegative prompt: bad, (worse:1.4)\nand more\n\
                Steps: 30, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 1234567890123, Size: 640x512, \
                Model hash: 6ce0161689, Model: v1-5, Denoising strength: 0.6, Clip skip: 2, \
                Lora hashes: \"a: 1, b: 2\", Version: v1.10.1";
    let parsed = parse_parameters(text);
    assert_eq!(parsed.prompt, "masterpiece, a castle\nsecond line: with a colon");
    assert_eq!(parsed.negative, "bad, (worse:1.4)\nand more");
    assert_eq!(parsed.get("Lora hashes"), Some("a: 1, b: 2"));
    let mut request = Request::default();
    parsed.apply(&mut request);
    assert_eq!(
        (
            request.sampler,
            request.schedule,
            request.steps,
            request.cfg_scale,
            request.seed,
            request.clip_skip
        ),
        (Some(SamplerKind::Dpmpp2m), Some(ScheduleKind::Karras), 30, 7.5, 1_234_567_890_123, 1)
    );
    assert_eq!(
        (request.width, request.height, request.model.as_str(), request.strength),
        (640, 512, "v1-5", 0.6)
    );
}

#[test]
fn what_is_not_parameters_is_prompt() {
    for text in ["", "just words", "time: now, a: b", "Negative prompt", "ünï\n\n", ": , : ,", "Steps 20"] {
        let parsed = parse_parameters(text);
        assert_eq!((parsed.prompt.trim(), parsed.fields.len()), (text.trim(), 0), "{text:?}");
    }
    let only_fields = parse_parameters("Steps: 5, Seed: x, CFG scale: \"oops");
    assert_eq!((only_fields.prompt.as_str(), only_fields.get("Steps")), ("", Some("5")));
    let mut request = Request { seed: 9, ..Request::default() };
    only_fields.apply(&mut request);
    assert_eq!((request.steps, request.seed, request.cfg_scale), (5, 9, 7.0));
    assert_eq!(parse_parameters("Negative prompt: x\nSteps: 5, Seed: 1, Size: 1x1").negative, "x");
}

#[test]
fn requests_survive_both_texts() {
    let words =
        ["a \"quoted\" boat", "line\nbreak", "漢字 🎨", "x, y: z", "\\(esc\\)", "'", "Steps: 3", "", "Ünï"];
    let mut prng = Prng(21);
    for _ in 0..300 {
        let mut text = || {
            let n = prng.below(4);
            (0..n).map(|_| words[prng.below(words.len())]).collect::<Vec<_>>().join(" ")
        };
        let request = Request {
            prompt: text(),
            negative: text(),
            model: format!("m{}", text()),
            seed: prng.next(),
            steps: 1 + prng.below(99) as u32,
            cfg_scale: prng.unit() * 20.0,
            guidance_rescale: prng.unit(),
            clip_skip: prng.below(3) as u32,
            sampler: Some(SamplerKind::ALL[prng.below(SamplerKind::ALL.len())]),
            schedule: Some(ScheduleKind::ALL[prng.below(ScheduleKind::ALL.len())]),
            rng: RngKind::ALL[prng.below(3)],
            ..Request::default()
        };
        let chunks = texts(&request, 3, (512, 512));
        let expect = Request { seed: request.seed.wrapping_add(3), ..request };
        assert_eq!(read_record(&chunks).unwrap().unwrap().request, expect);
        let mut back = Request::default();
        parse_parameters(&chunks.iter().find(|c| c.keyword == PARAMETERS).unwrap().text).apply(&mut back);
        assert_eq!(back, expect);
    }
}

#[test]
fn records_that_cannot_be_used_say_why() {
    assert!(read_record(&[]).is_none());
    let newer = r#"{"schema": 99, "something": "else"}"#;
    assert!(read_record(&[TextChunk::new(OWN, newer)]).unwrap().unwrap_err().contains("newer"));
    for broken in ["", "{", "[]", r#"{"schema":1}"#] {
        assert!(read_record(&[TextChunk::new(OWN, broken)]).unwrap().unwrap_err().contains("broken"));
    }
}

#[test]
fn labels_are_unique() {
    let mut samplers: Vec<_> = SamplerKind::ALL.iter().map(|s| sampler_label(*s)).collect();
    samplers.sort_unstable();
    samplers.dedup();
    assert_eq!(samplers.len(), SamplerKind::ALL.len());
    let mut schedules: Vec<_> = ScheduleKind::ALL.iter().map(|s| schedule_label(*s)).collect();
    schedules.sort_unstable();
    schedules.dedup();
    assert_eq!(schedules.len(), ScheduleKind::ALL.len());
}
