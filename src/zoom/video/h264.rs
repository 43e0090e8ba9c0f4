//! H.264 by OpenH264 (Cisco's encoder, BSD licence; its source is compiled in).

use super::mp4::Muxer;
use super::yuv::Yuv420;
use super::{FilmSettings, VideoError};
use crate::io::AtomicFile;
use crate::zoom::frame::Frame;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, QpRange, RateControlMode,
    UsageType, VuiConfig,
};
use openh264::formats::YUVSlices;
use openh264::{OpenH264API, Timestamp};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Quantiser for a quality of 1..=100: 50 to 10, 80 gives 19.
pub(super) fn quantiser(quality: u8) -> u8 {
    let q = f32::from(quality.clamp(1, 100));
    (50.0 - 0.4 * q + if q > 80.0 { 0.0 } else { (80.0 - q) * 0.0125 }).round().clamp(10.0, 50.0) as u8 + 1
}

/// Keeps the encoder from writing to standard error, where it would warn that a rate it is not asked for is not kept.
fn hush(encoder: &mut Encoder) {
    let mut level = openh264_sys2::WELS_LOG_QUIET;
    // SAFETY: the option takes a pointer to an int, which outlives the call, and is allowed before the first picture.
    unsafe {
        encoder
            .raw_api()
            .set_option(openh264_sys2::ENCODER_OPTION_TRACE_LEVEL, std::ptr::from_mut(&mut level).cast());
    }
}

/// Writes an MP4.
pub(super) struct H264Writer {
    path: PathBuf,
    encoder: Encoder,
    muxer: Muxer<BufWriter<AtomicFile>>,
    picture: Yuv420,
    fps: u32,
    count: u64,
}

impl H264Writer {
    pub(super) fn create(path: &Path, settings: &FilmSettings) -> Result<Self, VideoError> {
        let failed = |why: openh264::Error| VideoError::Encoder { path: path.into(), why: why.to_string() };
        let quantiser = quantiser(settings.quality);
        // Decides only which level the file says it needs: for 1080p at 30 frames that is 4.0.
        let pixels = u64::from(settings.size.0) * u64::from(settings.size.1) * u64::from(settings.fps);
        let rate = (pixels * 3 / 10).clamp(500_000, 120_000_000) as u32;
        // OpenH264 knows no other usage than real time.
        let config = EncoderConfig::new()
            .usage_type(UsageType::CameraVideoRealTime)
            .complexity(Complexity::Medium)
            // The same quantiser throughout: nothing is known of the rate that is wanted, but much of the quality.
            .rate_control_mode(RateControlMode::Quality)
            .qp(QpRange::new(quantiser, quantiser))
            .bitrate(BitRate::from_bps(rate))
            .skip_frames(false)
            .max_frame_rate(FrameRate::from_hz(settings.fps as f32))
            .intra_frame_period(IntraFramePeriod::from_num_frames(settings.fps * 2))
            .scene_change_detect(false)
            .adaptive_quantization(false)
            .background_detection(false)
            .vui(VuiConfig::bt709());
        let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config).map_err(failed)?;
        hush(&mut encoder);
        let file = AtomicFile::create(path)?;
        let muxer = Muxer::new(BufWriter::new(file), settings.size, settings.fps, settings.frames)
            .map_err(|why| VideoError::File(crate::io::FileError::write(path, why)))?;
        let picture = Yuv420::new(settings.size.0 as usize, settings.size.1 as usize);
        Ok(Self { path: path.into(), encoder, muxer, picture, fps: settings.fps, count: 0 })
    }

    pub(super) fn add(&mut self, frame: &Frame) -> Result<(), VideoError> {
        self.picture.read(frame);
        let (w, h) = (self.picture.width, self.picture.height);
        let planes = (&self.picture.y[..], &self.picture.u[..], &self.picture.v[..]);
        let source = YUVSlices::new(planes, (w, h), (w, w / 2, w / 2));
        let at = Timestamp::from_millis(self.count * 1000 / u64::from(self.fps));
        self.count += 1;
        let failed = |why: String| VideoError::Encoder { path: self.path.clone(), why };
        let stream = self.encoder.encode_at(&source, at).map_err(|why| failed(why.to_string()))?;
        let layers: Vec<_> = (0..stream.num_layers()).filter_map(|i| stream.layer(i)).collect();
        let units: Vec<&[u8]> = layers.iter().flat_map(units_of).collect();
        if units.is_empty() {
            return Err(failed("it left a picture out".into()));
        }
        self.muxer.add(units.into_iter()).map_err(|why| failed(why.to_string()))
    }

    pub(super) fn finish(self) -> Result<(), VideoError> {
        let path = self.path;
        let failed = |why: &dyn std::fmt::Display| VideoError::File(crate::io::FileError::write(&path, why));
        let out = self.muxer.finish().map_err(|why| failed(&why))?;
        out.into_inner().map_err(|why| failed(why.error()))?.commit()?;
        Ok(())
    }
}

fn units_of<'a>(layer: &'a openh264::encoder::Layer<'_>) -> impl Iterator<Item = &'a [u8]> {
    (0..layer.nal_count()).filter_map(|i| layer.nal_unit(i)).map(without_start_code)
}

fn without_start_code(unit: &[u8]) -> &[u8] {
    let zeros = unit.iter().take_while(|b| **b == 0).count();
    if zeros >= 2 && unit.get(zeros) == Some(&1) { &unit[zeros + 1..] } else { unit }
}
