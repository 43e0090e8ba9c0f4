//! GIMP palettes.

use scumble::io::gpl::{self, MAX_COLORS, Palette, Swatch};
use std::path::Path;

fn load(text: &[u8]) -> Result<Palette, String> {
    gpl::load_bytes(text, Path::new("some.gpl")).map_err(|why| why.to_string())
}

#[test]
fn palettes_survive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.gpl");
    let swatch = |rgb, name: &str| Swatch { rgb, name: name.into() };
    let colors =
        vec![swatch([0, 9, 255], "Ultramarine: deep"), swatch([1, 2, 3], ""), swatch([7; 3], "漢 # 5")];
    let palette = Palette { name: "Été".into(), columns: 4, colors };
    gpl::save(&path, &palette).unwrap();
    assert_eq!(gpl::load(&path).unwrap(), palette);
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "GIMP Palette\nName: Été\nColumns: 4\n#\n  0   9 255\tUltramarine: deep\n  1   2   3\t\n  7   7   7\t漢 # 5\n"
    );
    let odd = Palette { name: "a\nb".into(), columns: 9999, colors: vec![swatch([0; 3], "x\r\n1 2 3")] };
    let back = load(gpl::format(&odd).as_bytes()).unwrap();
    assert_eq!((back.name.as_str(), back.columns, back.colors.len()), ("a b", 256, 1));
    assert!(gpl::load(&folder.path().join("none.gpl")).unwrap_err().to_string().contains("none.gpl"));
}

#[test]
fn what_others_write_is_read() {
    let text = b"GIMP Palette\r\nName: Old\r\nColumns: x\r\n# comment\r\n\r\n255 255 255\tUntitled\r\n  1\t2  3 two words \r\n0 0 0";
    let palette = load(text).unwrap();
    let names: Vec<&str> = palette.colors.iter().map(|c| c.name.as_str()).collect();
    assert_eq!((names, palette.columns), (vec!["", "two words", ""], 0));
    assert_eq!(palette.colors[1].rgb, [1, 2, 3]);
    // Version 1 had neither name nor columns; Latin-1; Aseprite's alpha.
    assert_eq!(load(b"GIMP Palette\n#\n1 2 3 caf\xe9").unwrap().colors[0].name, "caf\u{e9}");
    let alpha = load(b"GIMP Palette\nChannels: RGBA\n#\n1 2 3 128 glass\n").unwrap();
    assert_eq!(alpha.colors, [Swatch { rgb: [1, 2, 3], name: "glass".into() }]);
}

#[test]
fn broken_palettes_say_so() {
    for text in [
        "",
        "JASC-PAL\n",
        "GIMP Palette\n256 0 0 x\n",
        "GIMP Palette\n1 2\n",
        "GIMP Palette\n1 2 3\nName: x\n",
    ] {
        let error = load(text.as_bytes()).unwrap_err();
        assert!(error.contains("some.gpl"), "{text}: {error}");
    }
    let many = format!("GIMP Palette\n{}", "0 0 0\n".repeat(MAX_COLORS + 1));
    assert!(load(many.as_bytes()).unwrap_err().contains("65536 colours"));
    assert!(load(&vec![b' '; gpl::MAX_BYTES as usize + 1]).unwrap_err().contains("4 MiB"));
}
