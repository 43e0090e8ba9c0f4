//! Arguments as clap sees them.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::diffusion::{DTypeChoice, DeviceChoice};
use crate::generate::{Encode, Fill, Finish, Margins};
use crate::sampling::{RngKind, SamplerKind, ScheduleKind};

/// Paint, with a diffusion model among the brushes. Without a command a window opens.
#[derive(Debug, Parser)]
#[command(name = "scumble", version, about, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Files to open in the window: .ora, .png, .jpg, .webp
    pub files: Vec<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a picture from words, from a picture, or under a mask
    Generate(Box<GenerateArgs>),
    /// Make a picture that one can fly out of or into for ever, and its film
    Zoom(Box<super::film_args::ZoomArgs>),
    /// Make a film that walks between prompts and seeds
    Travel(Box<super::film_args::TravelArgs>),
    /// Print what a picture says of how it was made
    Info(InfoArgs),
    /// List models and look into them
    Models(ModelsArgs),
    /// Measure speed and memory
    Bench(BenchArgs),
}

#[derive(Debug, ClapArgs)]
pub struct GenerateArgs {
    /// What to paint. (word), (word:1.3), [word] weigh words; BREAK starts a new window
    #[arg(short, long, required_unless_present_any = ["from", "upscale"], allow_hyphen_values = true)]
    pub prompt: Option<String>,

    /// Guidance rescale, 0 to 1
    #[arg(long, value_name = "F")]
    pub guidance_rescale: Option<f32>,

    /// torch (PyTorch's CPU generator), philox (CUDA's) or canvas (by place) [default: torch]
    #[arg(long)]
    pub rng: Option<RngKind>,

    /// How many pictures; number k (from 1) has seed + k - 1 and the file name OUT-k
    #[arg(long, default_value_t = 1)]
    pub batch: u32,

    /// Layers of the text encoder to leave out (diffusers' count: 1 leaves out the last)
    #[arg(long, value_name = "N")]
    pub clip_skip: Option<u32>,

    /// Initial picture (PNG, JPEG, WebP)
    #[arg(short, long, value_name = "PICTURE")]
    pub init: Option<PathBuf>,

    /// How much of the initial picture may change, 0 to 1 [default: 0.6; 1 with a mask or --outpaint; 0.3 with
    /// --upscale]
    #[arg(long)]
    pub strength: Option<f32>,

    /// Mask of the initial picture's size: white changes, black stays, grey joins late
    #[arg(long, value_name = "PICTURE")]
    pub mask: Option<PathBuf>,

    /// What fills the masked area before painting [default: auto]
    #[arg(long, value_enum)]
    pub fill: Option<FillArg>,

    /// Extend the initial picture by so many pixels on each side
    #[arg(long, value_name = "L,T,R,B", value_parser = parse_margins)]
    pub outpaint: Option<Margins>,

    /// Words for the white part of a mask of the picture's size; may be given several times
    #[arg(long, value_name = "MASK=WORDS", value_parser = parse_region, allow_hyphen_values = true)]
    pub region: Vec<RegionArg>,

    /// Picture whose colours the result takes on
    #[arg(long, value_name = "PICTURE")]
    pub style: Option<PathBuf>,

    /// How far it takes them on, 0 to 1 [default: 1]
    #[arg(long, value_name = "F")]
    pub style_amount: Option<f32>,

    /// Enlarge the initial picture 2 or 4 times and repaint it in tiles; 1 repaints it at its own size
    #[arg(long, value_name = "FACTOR", num_args = 1)]
    pub upscale: Option<u32>,

    /// Repaint a visible seam of a mask or of --outpaint once more
    #[arg(long)]
    pub mend_seam: bool,

    /// Repaint only a band along the border of --mask: hides a seam that the picture has already [strength: 0.6]
    #[arg(long, requires = "init")]
    pub mend_border: bool,

    /// No refinements: whole picture as context, hard mask, no fill, no colour match, no second pass
    #[arg(long)]
    pub plain: bool,

    /// How AutoencoderKL models encode pictures: the mean of the posterior or a draw from it [default: auto, a
    /// draw where the run is to equal a diffusers pipeline]
    #[arg(long, value_enum)]
    pub encode: Option<EncodeArg>,

    /// Top left corner on the canvas in pixels, for --rng canvas
    #[arg(long, value_name = "X,Y", value_parser = parse_origin, allow_hyphen_values = true)]
    pub origin: Option<(i64, i64)>,

    #[command(flatten)]
    pub picture: PictureArgs,

    /// Write one PNG per step into this folder
    #[arg(long, value_name = "DIR")]
    pub preview: Option<PathBuf>,

    /// Repeat the picture in this file (made by scumble); other options change it
    #[arg(long, value_name = "PICTURE")]
    pub from: Option<PathBuf>,

    /// Print one JSON object on standard output
    #[arg(long)]
    pub json: bool,

    /// Where to write (PNG; JPEG and WebP by extension)
    #[arg(short, long, value_name = "OUT.png")]
    pub output: PathBuf,
}

/// How pictures are made, whatever for.
#[derive(Debug, ClapArgs)]
pub struct PictureArgs {
    /// What to avoid
    #[arg(short, long, allow_hyphen_values = true)]
    pub negative: Option<String>,

    /// Model folder (diffusers layout) or an id from `scumble models list` [default: starter]
    #[arg(short, long)]
    pub model: Option<String>,

    /// Picture size, as 512x768 [default: what the model was trained on (for zoom at least 512x512), or the
    /// initial picture's]
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    pub size: Option<(u32, u32)>,

    /// Solver steps, 1 to 1000 [default: 20, or what the model recommends]
    #[arg(long)]
    pub steps: Option<u32>,

    /// Use the model's few-step network (unet_student/), if it has one: no guidance, LCM, few steps
    #[arg(long)]
    pub few_step: bool,

    /// Guidance scale; 1 switches guidance off [default: 7, or what the model recommends]
    #[arg(long)]
    pub cfg: Option<f32>,

    /// ddim, ddpm, euler, euler_a, heun, dpm2, dpmpp_2s_a, dpmpp_2m, dpmpp_2m_sde, dpmpp_sde, unipc, pndm, lcm,
    /// tcd [default: the model's own]
    #[arg(long)]
    pub sampler: Option<SamplerKind>,

    /// normal, karras, exponential, sgm_uniform, simple, beta, ddim_uniform [default: the model's own]
    #[arg(long)]
    pub schedule: Option<ScheduleKind>,

    /// Seed [default: a new one, which is printed]
    #[arg(long)]
    pub seed: Option<u64>,

    /// Lay the picture down in strokes of a brush: none, strokes or strokes:BRUSH [default: strokes for the starter
    /// where the prompt asks for oil or gouache, else none; none for travel]
    #[arg(long, value_name = "HOW", value_parser = parse_finish)]
    pub finish: Option<Finish>,

    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Clone, Copy, Debug, ClapArgs)]
pub struct PlaceArgs {
    /// Where to compute
    #[arg(long, value_enum, default_value = "auto")]
    pub device: DeviceArg,

    /// In which precision weights are kept
    #[arg(long, value_enum, default_value = "auto")]
    pub dtype: DTypeArg,

    /// Memory for model and picture in MiB; where it is too little, painting takes longer or is done smaller [default:
    /// what is free]
    #[arg(long, value_name = "MIB")]
    pub max_memory: Option<u64>,
}

impl PlaceArgs {
    /// In bytes.
    pub fn memory_limit(&self) -> Option<u64> {
        self.max_memory.map(|mib| mib.saturating_mul(1 << 20))
    }
}

#[derive(Debug, ClapArgs)]
pub struct InfoArgs {
    /// A picture (PNG, JPEG, WebP)
    pub file: PathBuf,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct ModelsArgs {
    #[command(subcommand)]
    pub command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List the models that can be asked for by id
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Say what a model is
    Info {
        /// Model folder or id
        path: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, ClapArgs)]
pub struct BenchArgs {
    #[command(subcommand)]
    pub command: BenchCommand,
}

#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Load, text, UNet step, VAE encode and decode, peak memory of a model
    Engine(BenchEngineArgs),
    /// Dabs, strokes, compositing, undo and restroke of the painting core
    Canvas {
        /// Side of the large document in pixels, 512 to 8192 (4096 takes 1.3 GB)
        #[arg(long, default_value_t = 4096)]
        size: i32,

        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Seams of the starter's inpainting and outpainting, against a naive paste
    Seams {
        /// How many seeds
        #[arg(long, default_value_t = 20)]
        seeds: u64,

        /// Mend bad seams, as --mend-seam does
        #[arg(long)]
        mend: bool,

        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Frames of an infinite zoom, and the encoder of its film
    Zoom {
        /// Size of the film
        #[arg(long, value_name = "WxH", value_parser = parse_size, default_value = "1920x1080")]
        size: (u32, u32),

        /// Frames that are timed
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(2..=2000))]
        frames: u32,

        /// Frames of the long film, for memory
        #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(2..=100_000))]
        long: u32,

        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Live painting with the starter: from the pen to the first preview and to the whole picture
    Live {
        /// Side of the page in pixels
        #[arg(long, default_value_t = 256)]
        size: u32,

        /// Strokes that are painted
        #[arg(long, default_value_t = 10)]
        strokes: u32,

        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, ClapArgs)]
pub struct BenchEngineArgs {
    /// Model folder or id
    #[arg(short, long, default_value = "starter")]
    pub model: String,

    /// Picture size [default: what the model was trained on]
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    pub size: Option<(u32, u32)>,

    /// Steps that are timed
    #[arg(long, default_value_t = 5)]
    pub steps: u32,

    /// Conditional and unconditional pass in one batch
    #[arg(long)]
    pub guided: bool,

    /// Also time candle-transformers' own UNet on the same weights, in turn with ours
    #[cfg(feature = "bench-candle")]
    #[arg(long)]
    pub against_candle: bool,

    #[command(flatten)]
    pub place: PlaceArgs,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

macro_rules! mirror {
    ($(#[$meta:meta])* $name:ident => $target:ident { $($(#[$vmeta:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, ValueEnum)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl From<$name> for $target {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => $target::$variant),+ }
            }
        }
    };
}

mirror! {
    DeviceArg => DeviceChoice { Auto, Cpu, Cuda, Metal }
}
mirror! {
    DTypeArg => DTypeChoice { Auto, F32, F16, Bf16 }
}
mirror! {
    FillArg => Fill {
        /// By the mask's place and the strength
        Auto,
        /// The picture as it is
        Original,
        /// The surroundings, blurred
        Blur,
        /// The border continued inward
        Border,
        /// Mid grey
        Neutral,
        /// Coloured noise
        Noise,
    }
}
mirror! {
    EncodeArg => Encode { Auto, Mean, Sample }
}

pub(super) fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let (w, h) = text.split_once(['x', 'X']).ok_or("write it as WIDTHxHEIGHT, as 512x768")?;
    let side = |s: &str| match s.trim().parse::<u32>() {
        Ok(v) if (8..=16_384).contains(&v) => Ok(v),
        _ => Err("each side must be a whole number from 8 to 16384".to_string()),
    };
    Ok((side(w)?, side(h)?))
}

/// A mask and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionArg {
    pub mask: PathBuf,
    pub prompt: String,
}

fn parse_region(text: &str) -> Result<RegionArg, String> {
    match text.split_once('=') {
        Some((mask, prompt)) if !mask.is_empty() => {
            Ok(RegionArg { mask: mask.into(), prompt: prompt.into() })
        }
        _ => Err("write it as MASK=WORDS, as sky.png=stormy clouds".into()),
    }
}

pub(super) fn parse_finish(text: &str) -> Result<Finish, String> {
    match text.split_once(':') {
        None if text == "none" => Ok(Finish::None),
        None if text == "strokes" => Ok(Finish::Strokes("Oil".into())),
        Some(("strokes", brush)) => Ok(Finish::Strokes(brush.into())),
        _ => Err("write none, strokes or strokes:BRUSH".into()),
    }
}

fn parse_margins(text: &str) -> Result<Margins, String> {
    let sides: Vec<u32> = text
        .split(',')
        .map(|s| s.trim().parse::<u32>().ok().filter(|&v| v <= 16_384))
        .collect::<Option<_>>()
        .ok_or("write four whole numbers from 0 to 16384: left,top,right,bottom")?;
    match sides[..] {
        [left, top, right, bottom] => Ok(Margins { left, top, right, bottom }),
        _ => Err("write four whole numbers: left,top,right,bottom".into()),
    }
}

fn parse_origin(text: &str) -> Result<(i64, i64), String> {
    let parse = || {
        let (x, y) = text.split_once(',')?;
        Some((x.trim().parse().ok()?, y.trim().parse().ok()?))
    };
    parse().ok_or_else(|| "write two whole numbers: x,y".into())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn sizes_and_margins_are_read_or_refused() {
        assert_eq!(parse_size("512x768"), Ok((512, 768)));
        for bad in ["", "512", "0x0", "60000x60000", "-8x8", "512x", "8.5x9"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_margins("1,2,3,4"), Ok(Margins { left: 1, top: 2, right: 3, bottom: 4 }));
        for bad in ["", "1,2,3", "1,2,3,4,5", "-1,0,0,0", "99999,0,0,0"] {
            assert!(parse_margins(bad).is_err(), "{bad}");
        }
    }
}
