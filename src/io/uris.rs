//! Files as programs hand them over: `text/uri-list`, RFC 2483.

use std::ffi::OsStr;
use std::fmt::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The name of the format.
pub const MIME: &str = "text/uri-list";
/// More than that is no list of files.
pub const MAX_BYTES: usize = 1 << 20;
/// Nobody drops more than that on purpose.
const MAX_FILES: usize = 1000;

/// One file as a list, with the end of its line.
pub fn encode(path: &Path) -> String {
    let mut uri = String::from("file://");
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri.push_str("\r\n");
    uri
}

/// The files of this machine in a list; what is none is left out. A list that is too long has none.
pub fn decode(list: &[u8]) -> Vec<PathBuf> {
    if list.len() > MAX_BYTES {
        return Vec::new();
    }
    let lines = list.split(|b| matches!(b, b'\n' | b'\r' | 0));
    lines.filter_map(|line| path_of(line.trim_ascii())).take(MAX_FILES).collect()
}

fn path_of(uri: &[u8]) -> Option<PathBuf> {
    // `file:/path` is RFC 8089's short form of `file:///path`.
    let scheme = uri.get(..5).filter(|s| s.eq_ignore_ascii_case(b"file:"))?;
    let rest = &uri[scheme.len()..];
    let path = match rest.strip_prefix(b"//") {
        Some(rest) => {
            let (host, path) = rest.split_at(rest.iter().position(|b| *b == b'/')?);
            (host.is_empty() || host.eq_ignore_ascii_case(b"localhost")).then_some(path)?
        }
        None => rest,
    };
    let path = unescape(path)?;
    (path.starts_with(b"/") && !path.contains(&0)).then(|| PathBuf::from(std::ffi::OsString::from_vec(path)))
}

/// Takes `%41` for `A`; nothing if an escape is none.
fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = text.iter().copied();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        out.push((digit()? * 16 + digit()?) as u8);
    }
    Some(out)
}

/// The file as plain text, for programs that take only that.
pub fn plain(path: &Path) -> String {
    OsStr::to_string_lossy(path.as_os_str()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(list: &str) -> Vec<String> {
        decode(list.as_bytes()).into_iter().map(|p| p.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn what_is_written_is_read_back() {
        for name in ["/a/plain-name_1.png", "/with space/ü 漢字.png", "/100%/%41#?&.png", "/new\nline\r.png"]
        {
            let uri = encode(Path::new(name));
            assert!(uri.is_ascii() && uri.ends_with("\r\n") && uri.matches('\n').count() == 1, "{uri:?}");
            assert_eq!(paths(&uri), [name], "{uri:?}");
        }
        assert_eq!(encode(Path::new("/a b%ü.png")), "file:///a%20b%25%C3%BC.png\r\n");
        let bytes = PathBuf::from(OsStr::from_bytes(b"/not utf-8 \xff.png"));
        assert_eq!(decode(encode(&bytes).as_bytes()), [bytes]);
    }

    #[test]
    fn lists_of_other_programs_are_understood() {
        let list = "# a comment\r\nfile:///one.png\r\nfile://localhost/two%20b.png\nFILE:/three.png\r\n\
                    http://example.org/four.png\r\nfile://elsewhere/five.png\r\n\r\nfile:///six.png";
        assert_eq!(paths(list), ["/one.png", "/two b.png", "/three.png", "/six.png"]);
        assert_eq!(paths("file:///nul-ended.png\0"), ["/nul-ended.png"]);
    }

    #[test]
    fn what_is_no_file_is_left_out() {
        let wrong = [
            "",
            "file:",
            "file://",
            "file://host",
            "file:relative",
            "file:///a%",
            "file:///a%4",
            "file:///a%zz",
            "file:///a%00b",
            "file:///a%+1",
            "text",
        ];
        for list in wrong {
            assert_eq!(paths(list), Vec::<String>::new(), "{list:?}");
        }
        assert_eq!(decode(&[0xff; 100]), Vec::<PathBuf>::new());
    }

    #[test]
    fn what_is_too_much_is_not_taken() {
        let many = "file:///a\r\n".repeat(5000);
        assert_eq!(decode(many.as_bytes()).len(), MAX_FILES);
        let mut long = b"file:///a\r\n".to_vec();
        long.resize(MAX_BYTES + 1, b'x');
        assert!(decode(&long).is_empty());
    }
}
