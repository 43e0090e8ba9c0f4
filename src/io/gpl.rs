//! GIMP palettes (`.gpl`), which Krita, MyPaint, Inkscape and Aseprite read and write too.

use super::flaw::Flaw;
use super::{FileError, atomic::write_atomic};
use std::fmt::Write;
use std::io::Read;
use std::path::Path;

/// Largest palette file that is read, bytes.
pub const MAX_BYTES: u64 = 4 << 20;
/// Most colours of a palette.
pub const MAX_COLORS: usize = 65_536;
/// Most columns, as in GIMP.
pub const MAX_COLUMNS: u32 = 256;

const KIND: &str = "GIMP palette";
const MAGIC: &str = "GIMP Palette";

/// A named colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swatch {
    /// sRGB, 8 bits a channel.
    pub rgb: [u8; 3],
    /// May be empty.
    pub name: String,
}

/// A palette.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Palette {
    /// May be empty.
    pub name: String,
    /// How many colours stand in a row; 0 = as many as fit.
    pub columns: u32,
    /// The colours in their order.
    pub colors: Vec<Swatch>,
}

/// Reads a palette file.
pub fn load(path: &Path) -> Result<Palette, FileError> {
    let file = std::fs::File::open(path).map_err(|e| FileError::read(path, e))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| FileError::read(path, e))?;
    load_bytes(&bytes, path)
}

/// Reads a palette from the bytes of a file; `name` stands for the file in errors.
pub fn load_bytes(bytes: &[u8], name: &Path) -> Result<Palette, FileError> {
    parse(bytes).map_err(|why| why.of_file(name, KIND))
}

/// Writes a palette file, completely or not at all. Line breaks in names become spaces.
pub fn save(path: &Path, palette: &Palette) -> Result<(), FileError> {
    let text = format(palette);
    write_atomic(path, |out| out.write_all(text.as_bytes()).map_err(|e| e.to_string()))
}

/// The text of a palette file.
pub fn format(palette: &Palette) -> String {
    let line = |text: &str| text.split(char::is_control).map(str::trim).collect::<Vec<_>>().join(" ");
    let mut out = format!("{MAGIC}\nName: {}\n", line(&palette.name));
    let _ = writeln!(out, "Columns: {}\n#", palette.columns.min(MAX_COLUMNS));
    for Swatch { rgb: [r, g, b], name } in &palette.colors {
        let _ = writeln!(out, "{r:3} {g:3} {b:3}\t{}", line(name));
    }
    out
}

fn parse(bytes: &[u8]) -> Result<Palette, Flaw> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Flaw::Limit(format!("it is larger than {} MiB", MAX_BYTES >> 20)));
    }
    // Palettes of old programs are Latin-1.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    };
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    if lines.next().map(str::trim) != Some(MAGIC) {
        return Err(Flaw::Bad("it does not begin with \"GIMP Palette\""));
    }
    let mut out = Palette::default();
    // Aseprite adds alpha as a fourth number and says so.
    let mut channels = 3;
    for line in lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(color) = swatch(line, channels) {
            if out.colors.len() == MAX_COLORS {
                return Err(Flaw::Limit(format!("it has more than {MAX_COLORS} colours")));
            }
            out.colors.push(color);
        } else if let Some((key, value)) = line.split_once(':').filter(|_| out.colors.is_empty()) {
            let value = value.trim();
            match key.trim() {
                "Name" => out.name = value.to_owned(),
                "Columns" => out.columns = value.parse().unwrap_or(0).min(MAX_COLUMNS),
                "Channels" => channels = if value == "RGBA" { 4 } else { 3 },
                _ => {}
            }
        } else {
            return Err(Flaw::Bad(
                "a line is no colour: three numbers from 0 to 255 and a name are expected",
            ));
        }
    }
    Ok(out)
}

/// `R G B name`, parted by spaces or tabs.
fn swatch(line: &str, channels: usize) -> Option<Swatch> {
    let mut rest = line;
    let mut rgb = [0; 3];
    for channel in 0..channels {
        rest = rest.trim_start();
        let (number, tail) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let value = number.parse::<u8>().ok()?;
        if let Some(v) = rgb.get_mut(channel) {
            *v = value;
        }
        rest = tail;
    }
    let name = rest.trim();
    // What GIMP writes for a colour without a name.
    Some(Swatch { rgb, name: if name == "Untitled" { String::new() } else { name.to_owned() } })
}
