//! Arguments of the commands that make films.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::args::{PictureArgs, parse_size};
use crate::zoom::Direction;
use crate::zoom::video::QUALITY;

/// What is written.
#[derive(Debug, ClapArgs)]
pub struct OutputArgs {
    /// Frames a second
    #[arg(long, default_value_t = 30)]
    pub fps: u32,

    /// Size of the film, as 1920x1080 (16:9), 1080x1920 (9:16), 1080x1080, up to 4096 a side [default: the pictures']
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    pub video_size: Option<(u32, u32)>,

    /// Quality of what is not lossless, 1 to 100
    #[arg(long, default_value_t = QUALITY, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub quality: u8,

    /// Print one JSON object on standard output
    #[arg(long)]
    pub json: bool,

    /// Where to write: .mp4, .webm (small, but slow to write), .gif, .apng, or a folder for PNG pictures
    #[arg(short, long, value_name = "OUT.mp4")]
    pub output: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DirectionArg {
    /// From the innermost picture to the widest view
    Out,
    /// From the widest view into the picture
    In,
    /// Out and back
    Both,
}

impl From<DirectionArg> for Direction {
    fn from(value: DirectionArg) -> Self {
        match value {
            DirectionArg::Out => Direction::Out,
            DirectionArg::In => Direction::In,
            DirectionArg::Both => Direction::Both,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub struct ZoomArgs {
    /// What to paint, from the innermost level outward; fewer prompts than levels melt into each other
    #[arg(short, long, num_args = 1.., required_unless_present_any = ["images", "project"])]
    pub prompt: Vec<String>,

    /// How many levels [default: as many as prompts, but at least 4]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub levels: Option<u32>,

    /// How much more each level shows, 1.25 to 4
    #[arg(long, default_value_t = 2.0)]
    pub factor: f64,

    /// Where each picture lies in the next: 0.5,0.5 in the middle, 0,0 up left
    #[arg(long, value_name = "X,Y", value_parser = parse_fractions, default_value = "0.5,0.5")]
    pub at: (f64, f64),

    /// Make the levels inward: each is the refined middle of the one before
    #[arg(long, conflicts_with = "images")]
    pub deeper: bool,

    /// How much --deeper may change, 0 to 1 [default: 0.4]
    #[arg(long, requires = "deeper")]
    pub strength: Option<f32>,

    /// The innermost picture (with --deeper the outermost), instead of one made from words
    #[arg(short, long, value_name = "PICTURE", conflicts_with = "images")]
    pub init: Option<PathBuf>,

    /// Which way the camera goes
    #[arg(long, value_enum, default_value = "out")]
    pub direction: DirectionArg,

    /// The last frame leads into the first; in or out, the innermost level is made to hold the outermost
    #[arg(long = "loop")]
    pub looped: bool,

    /// Seconds from one level to the next
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    pub seconds_per_level: f64,

    /// Start and stop softly, within so many seconds
    #[arg(long, value_name = "S", num_args = 0..=1, default_missing_value = "1")]
    pub ease: Option<f64>,

    /// Rest at the ends, seconds
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    pub hold: f64,

    /// How far the camera turns from level to level, 1 = once around
    #[arg(long, value_name = "TURNS", default_value_t = 0.0, allow_hyphen_values = true)]
    pub turn: f64,

    /// Finished pictures instead of a model: each is the outside of the one before
    #[arg(long, num_args = 1.., value_name = "FILES")]
    pub images: Vec<PathBuf>,

    /// Keep the levels in this document; what it has already is not made again
    #[arg(long, value_name = "OUT.ora")]
    pub project: Option<PathBuf>,

    #[command(flatten)]
    pub picture: PictureArgs,

    #[command(flatten)]
    pub out: OutputArgs,
}

#[derive(Debug, ClapArgs)]
pub struct TravelArgs {
    /// What to paint, once for each stop
    #[arg(short, long, num_args = 1, required = true, allow_hyphen_values = true)]
    pub prompt: Vec<String>,

    /// Seed of each stop [default: one for all]
    #[arg(long, num_args = 1.., value_delimiter = ',', conflicts_with = "seed")]
    pub seeds: Vec<u64>,

    /// Seconds from one stop to the next
    #[arg(long, value_name = "S", default_value_t = 2.0)]
    pub seconds_per_prompt: f64,

    /// Leave and reach each stop softly
    #[arg(long)]
    pub ease: bool,

    /// Go back to the first stop at the end
    #[arg(long = "loop")]
    pub looped: bool,

    #[command(flatten)]
    pub picture: PictureArgs,

    #[command(flatten)]
    pub out: OutputArgs,
}

fn parse_fractions(text: &str) -> Result<(f64, f64), String> {
    let parse = || {
        let (x, y) = text.split_once(',')?;
        let part = |s: &str| s.trim().parse::<f64>().ok().filter(|v| (0.0..=1.0).contains(v));
        Some((part(x)?, part(y)?))
    };
    parse().ok_or_else(|| "write two numbers from 0 to 1: x,y".into())
}
