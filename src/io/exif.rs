//! The little of EXIF that carries our texts in JPEG and WebP: `UserComment` for what other programs call
//! `parameters`, `ImageDescription` for our own record.

use super::TextChunk;

const IMAGE_DESCRIPTION: u16 = 0x010e;
const EXIF_IFD: u16 = 0x8769;
const USER_COMMENT: u16 = 0x9286;
const ASCII: u16 = 2;
const LONG: u16 = 4;
const UNDEFINED: u16 = 7;

/// A JPEG segment holds 65,533 bytes, of which the marker takes 6.
pub(super) const MAX_BYTES: usize = 65_000;

/// Which keyword goes where; a text under another keyword has no place.
const PARAMETERS: &str = "parameters";
const OWN: &str = "scumble";

/// The texts as an EXIF block (big-endian TIFF), `None` if there is nothing to say.
pub(super) fn write(texts: &[TextChunk]) -> Option<Vec<u8>> {
    let find = |key: &str| texts.iter().find(|t| t.keyword == key).map(|t| t.text.as_str());
    let (own, parameters) = (find(OWN), find(PARAMETERS));
    let own = own.map(|text| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(0);
        bytes
    });
    let comment = parameters.map(|text| {
        let mut bytes = b"UNICODE\0".to_vec();
        bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        bytes
    });
    if own.is_none() && comment.is_none() {
        return None;
    }
    let entries = u16::from(own.is_some()) + u16::from(comment.is_some());
    let mut out = b"MM\0*\0\0\0\x08".to_vec();
    let mut data_at = 8 + 2 + 12 * u32::from(entries) + 4;
    let mut data = Vec::new();
    out.extend(entries.to_be_bytes());
    let entry = |out: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32| {
        out.extend(tag.to_be_bytes());
        out.extend(kind.to_be_bytes());
        out.extend(count.to_be_bytes());
        out.extend(value.to_be_bytes());
    };
    // Values of up to four bytes would stand in the entry itself: ours are padded to be longer.
    let long_enough = |mut bytes: Vec<u8>| {
        let length = bytes.len().max(5).next_multiple_of(2);
        bytes.resize(length, 0);
        bytes
    };
    if let Some(own) = own.map(long_enough) {
        entry(&mut out, IMAGE_DESCRIPTION, ASCII, own.len() as u32, data_at);
        data_at += own.len() as u32;
        data.extend(own);
    }
    if let Some(comment) = comment {
        entry(&mut out, EXIF_IFD, LONG, 1, data_at);
        data.extend(1u16.to_be_bytes());
        entry(&mut data, USER_COMMENT, UNDEFINED, comment.len() as u32, data_at + 2 + 12 + 4);
        data.extend([0; 4]);
        data.extend(comment);
    }
    out.extend([0; 4]);
    out.extend(data);
    Some(out)
}

/// Texts out of an EXIF block of either byte order; broken ones give none.
pub(super) fn read(exif: &[u8]) -> Vec<TextChunk> {
    read_checked(exif).unwrap_or_default()
}

fn read_checked(exif: &[u8]) -> Option<Vec<TextChunk>> {
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let big = match exif.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let u32_at = |at: usize| {
        let bytes: [u8; 4] = exif.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) } as usize)
    };
    let find = |folder: usize, tag: u16| {
        let count = usize::from(u16_at(folder)?);
        let at = (0..count).map(|i| folder + 2 + 12 * i).find(|&at| u16_at(at) == Some(tag))?;
        Some((u32_at(at + 4)?, at + 8))
    };
    let bytes_of = |(count, at): (usize, usize)| {
        let start = if count <= 4 { at } else { u32_at(at)? };
        exif.get(start..start.checked_add(count)?)
    };
    let root = u32_at(4)?;
    let mut out = Vec::new();
    let comment = find(root, EXIF_IFD)
        .and_then(|(_, at)| u32_at(at))
        .and_then(|folder| find(folder, USER_COMMENT))
        .and_then(bytes_of);
    if let Some(text) = comment.and_then(|bytes| user_comment(bytes, big)) {
        out.push(TextChunk::new(PARAMETERS, text));
    }
    if let Some(bytes) = find(root, IMAGE_DESCRIPTION).and_then(bytes_of) {
        let text = String::from_utf8_lossy(bytes).trim_end_matches('\0').to_string();
        // Other programs describe the picture here: only our own record is one.
        if text.starts_with('{') {
            out.push(TextChunk::new(OWN, text));
        }
    }
    Some(out)
}

fn user_comment(bytes: &[u8], big: bool) -> Option<String> {
    let (code, text) = (bytes.get(..8)?, &bytes[8..]);
    let text = match code {
        b"UNICODE\0" => {
            let unit = |c: &[u8]| if big { [c[0], c[1]] } else { [c[1], c[0]] };
            let units: Vec<u16> = text.chunks_exact(2).map(|c| u16::from_be_bytes(unit(c))).collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(text).to_string(),
    };
    Some(text.trim_end_matches('\0').to_string()).filter(|t| !t.is_empty())
}
