//! A small ZIP writer and PNG encoder, independent of the program's: what other programs' files look like.

use std::io::Write;

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Stored,
    Deflated,
    /// Deflated, with sizes behind the data, as programs write that cannot go back.
    Streamed,
}

/// An archive of entries.
pub fn zip(entries: &[(&str, &[u8], Kind)]) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    for (name, data, kind) in entries {
        let crc = crc32fast::hash(data);
        let packed = if *kind == Kind::Stored {
            data.to_vec()
        } else {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(data).unwrap();
            encoder.finish().unwrap()
        };
        let streamed = *kind == Kind::Streamed;
        let common = |out: &mut Vec<u8>, hide: bool| {
            out.extend(20u16.to_le_bytes());
            out.extend((if streamed { 8u16 } else { 0 }).to_le_bytes());
            out.extend((if *kind == Kind::Stored { 0u16 } else { 8 }).to_le_bytes());
            out.extend([0, 0, 0x21, 0]);
            let sizes = [crc, packed.len() as u32, data.len() as u32];
            sizes.map(|v| if hide { 0 } else { v }).iter().for_each(|v| out.extend(v.to_le_bytes()));
            out.extend((name.len() as u16).to_le_bytes());
        };
        let at = out.len() as u32;
        out.extend(*b"PK\x03\x04");
        common(&mut out, streamed);
        out.extend([0, 0]);
        out.extend(name.as_bytes());
        out.extend(&packed);
        if streamed {
            out.extend(*b"PK\x07\x08");
            [crc, packed.len() as u32, data.len() as u32].iter().for_each(|v| out.extend(v.to_le_bytes()));
        }
        list.extend(*b"PK\x01\x02");
        list.extend(20u16.to_le_bytes());
        common(&mut list, false);
        list.extend([0; 12]);
        list.extend(at.to_le_bytes());
        list.extend(name.as_bytes());
    }
    let at = out.len() as u32;
    out.extend(&list);
    out.extend(*b"PK\x05\x06\0\0\0\0");
    out.extend((entries.len() as u16).to_le_bytes());
    out.extend((entries.len() as u16).to_le_bytes());
    out.extend((list.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend(*b"\x04\0note");
    out
}

/// The entries of an archive without ZIP64, in the order of the file: name, method, data. Reads local headers only.
pub fn unzip(mut bytes: &[u8]) -> Vec<(String, u16, Vec<u8>)> {
    let mut out = Vec::new();
    while bytes.starts_with(b"PK\x03\x04") {
        let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let u32_at = |at: usize| u32::from(u16_at(at)) | u32::from(u16_at(at + 2)) << 16;
        let (name, extra) = (usize::from(u16_at(26)), usize::from(u16_at(28)));
        let start = 30 + name + extra;
        let packed = &bytes[start..start + u32_at(18) as usize];
        let mut data = packed.to_vec();
        if u16_at(8) == 8 {
            data.clear();
            let mut decoder = flate2::read::DeflateDecoder::new(packed);
            std::io::Read::read_to_end(&mut decoder, &mut data).unwrap();
        }
        assert_eq!(crc32fast::hash(&data), u32_at(14));
        out.push((String::from_utf8(bytes[30..30 + name].to_vec()).unwrap(), u16_at(8), data));
        bytes = &bytes[start + packed.len()..];
    }
    assert!(bytes.starts_with(b"PK\x01\x02"));
    out
}

/// A PNG of any kind.
pub fn png(width: u32, height: u32, color: png::ColorType, depth: png::BitDepth, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    out
}

/// An RGBA PNG.
pub fn rgba(width: u32, height: u32, data: &[u8]) -> Vec<u8> {
    png(width, height, png::ColorType::Rgba, png::BitDepth::Eight, data)
}
