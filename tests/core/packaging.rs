//! What packages say of the program: ids, versions, types and file names agree with `Cargo.toml` and each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const ID: &str = "org.scumble.Scumble";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A type of pictures that can be opened: media type, its name on macOS, endings.
const TYPES: &[(&str, &str, &[&str])] = &[
    ("image/openraster", "org.freedesktop.openraster", &["ora"]),
    ("image/png", "public.png", &["png"]),
    ("image/jpeg", "public.jpeg", &["jpg", "jpeg"]),
    ("image/webp", "org.webmproject.webp", &["webp"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn manifest() -> toml::Table {
    text("Cargo.toml").parse().unwrap()
}

/// The program's name.
fn binary() -> String {
    manifest()["bin"][0]["name"].as_str().unwrap().to_owned()
}

fn media_types() -> Vec<&'static str> {
    sorted(TYPES.iter().map(|t| t.0))
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.into_iter().collect();
    items.sort();
    items
}

/// An XML element with what stands in it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn start(element: &BytesStart) -> Self {
        let attributes = element.attributes().map(|a| {
            let a = a.unwrap();
            let value = a.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap();
            (a.key.as_ref().to_owned(), value.into_owned())
        });
        Self { name: element.name().as_ref().to_owned(), attributes: attributes.collect(), ..Self::default() }
    }

    fn parse(path: &str) -> Self {
        let text = text(path);
        let mut reader = Reader::from_str(&text);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().unwrap_or_else(|e| panic!("{path}: {e}")) {
                Event::Start(e) => open.push(Self::start(&e)),
                Event::Empty(e) => open.last_mut().unwrap().children.push(Self::start(&e)),
                Event::End(_) => {
                    let mut done = open.pop().unwrap();
                    done.text = done.text.trim().to_owned();
                    open.last_mut().unwrap().children.push(done);
                }
                Event::Text(e) => open.last_mut().unwrap().text += &e.xml10_content(),
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(open.len(), 1, "{path}: an element is not closed");
        open.pop().unwrap().children.pop().unwrap()
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |c| c.name == name)
    }

    fn get<'a>(&'a self, name: &'a str) -> &'a Self {
        self.all(name).next().unwrap_or_else(|| panic!("<{}> has no <{name}>", self.name))
    }

    /// The value of `key` in a property list's dictionary.
    fn value(&self, key: &str) -> &Self {
        let at = self.children.iter().position(|c| c.name == "key" && c.text == key);
        &self.children[at.unwrap_or_else(|| panic!("no key {key}")) + 1]
    }

    fn texts(&self) -> Vec<&str> {
        self.children.iter().map(|c| c.text.as_str()).collect()
    }
}

/// Groups of a desktop entry.
fn desktop() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut groups = BTreeMap::<_, BTreeMap<_, _>>::new();
    let mut group = String::new();
    for line in text(&format!("packaging/linux/{ID}.desktop")).lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            group = name.to_owned();
        } else if let Some((key, value)) = line.split_once('=') {
            let earlier = groups.entry(group.clone()).or_default().insert(key.to_owned(), value.to_owned());
            assert!(earlier.is_none(), "{key} twice in [{group}]");
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "not understood: {line}");
        }
    }
    groups
}

fn list(value: &str) -> Vec<&str> {
    value.strip_suffix(';').expect("lists end with a semicolon").split(';').collect()
}

#[test]
fn desktop_entry_agrees() {
    let groups = desktop();
    let entry = &groups["Desktop Entry"];
    assert_eq!(entry["Type"], "Application");
    assert_eq!(entry["Icon"], ID);
    assert_eq!(entry["StartupWMClass"], ID);
    assert_eq!(entry["Exec"], format!("{} %F", binary()));
    assert_eq!(sorted(list(&entry["MimeType"])), media_types());
    let actions = list(&entry["Actions"]);
    assert_eq!(groups.len(), 1 + actions.len());
    for action in actions {
        let action = &groups[&format!("Desktop Action {action}")];
        assert_eq!(action["Exec"].split(' ').next(), Some(binary().as_str()));
        assert!(action.contains_key("Name"));
    }
}

#[test]
fn appstream_metadata_agrees() {
    let component = Element::parse(&format!("packaging/linux/{ID}.metainfo.xml"));
    let entry = &desktop()["Desktop Entry"];
    assert_eq!(component.attributes["type"], "desktop-application");
    assert_eq!(component.get("id").text, ID);
    assert_eq!(component.get("name").text, entry["Name"]);
    assert_eq!(component.get("summary").text, entry["Comment"]);
    assert_eq!(component.get("launchable").text, format!("{ID}.desktop"));
    assert_eq!(component.get("project_license").text, manifest()["package"]["license"].as_str().unwrap());
    assert_eq!(component.get("categories").texts(), list(&entry["Categories"]));
    let provides = component.get("provides");
    assert_eq!(provides.get("binary").text, binary());
    assert_eq!(sorted(provides.all("mediatype").map(|t| t.text.as_str())), media_types());
    assert!(component.get("content_rating").attributes["type"].starts_with("oars-"));
    assert_eq!(component.get("releases").children[0].attributes["version"], VERSION);
}

#[test]
fn property_list_agrees() {
    let plist = Element::parse("packaging/macos/Info.plist");
    let dict = plist.get("dict");
    assert_eq!(dict.value("CFBundleIdentifier").text, ID);
    assert_eq!(dict.value("CFBundleShortVersionString").text, VERSION);
    assert_eq!(dict.value("CFBundleVersion").text, VERSION);
    assert_eq!(dict.value("CFBundleExecutable").text, binary());
    assert_eq!(dict.value("NSHighResolutionCapable").name, "true");
    let icon = &dict.value("CFBundleIconFile").text;
    assert!(root().join("packaging/macos").join(icon).is_file(), "{icon} is missing");

    let documents = dict.value("CFBundleDocumentTypes").all("dict");
    let opened = documents.flat_map(|d| d.value("LSItemContentTypes").texts());
    assert_eq!(sorted(opened), sorted(TYPES.iter().map(|t| t.1)));

    let imported = dict.value("UTImportedTypeDeclarations").get("dict");
    let (media, identifier, endings) = TYPES[0];
    assert_eq!(imported.value("UTTypeIdentifier").text, identifier);
    let tags = imported.value("UTTypeTagSpecification");
    assert_eq!(tags.value("public.mime-type").texts(), [media]);
    assert_eq!(tags.value("public.filename-extension").texts(), endings);
}

#[test]
fn debian_package_has_its_files() {
    let manifest = manifest();
    let deb = &manifest["package"]["metadata"]["deb"];
    let mut targets = Vec::new();
    for asset in deb["assets"].as_array().unwrap() {
        let [from, to, mode] = [0, 1, 2].map(|i| asset[i].as_str().unwrap());
        let name = Path::new(from).file_name().unwrap().to_str().unwrap();
        let to = if to.ends_with('/') { format!("{to}{name}") } else { to.to_owned() };
        let program = from == format!("target/release/{}", binary());
        assert_eq!(mode, if program { "755" } else { "644" }, "{from}");
        assert!(program || root().join(from).is_file(), "{from} is missing");
        if let Some(size) = from.strip_prefix("assets/icon/scumble-").and_then(|f| f.strip_suffix(".png")) {
            assert_eq!(to, format!("usr/share/icons/hicolor/{size}x{size}/apps/{ID}.png"));
        }
        targets.push(to);
    }
    for target in [
        format!("usr/bin/{}", binary()),
        format!("usr/share/applications/{ID}.desktop"),
        format!("usr/share/metainfo/{ID}.metainfo.xml"),
        format!("usr/share/man/man1/{}.1", binary()),
        format!("usr/share/icons/hicolor/scalable/apps/{ID}.svg"),
        format!("usr/share/icons/hicolor/48x48/apps/{ID}.png"),
    ] {
        assert!(targets.contains(&target), "{target} is not packed");
    }

    let copyright = text(deb["license-file"][0].as_str().unwrap());
    for line in text("assets/icons/LICENSE-Phosphor").lines().filter(|l| l.starts_with("Copyright (c)")) {
        let owner = line.trim_start_matches("Copyright (c) ");
        assert!(copyright.contains(&format!("Copyright: {owner}")), "{owner} is not named");
    }
    let changelog = text(deb["changelog"].as_str().unwrap());
    assert!(
        changelog.starts_with(&format!("scumble ({VERSION}-1) ")),
        "the changelog begins with another version"
    );
    let features = deb["features"].as_array().unwrap();
    let known = manifest["features"].as_table().unwrap();
    assert!(features.iter().all(|f| known.contains_key(f.as_str().unwrap())));
}

#[test]
fn manual_and_windows_agree() {
    let manual = text("packaging/linux/scumble.1");
    assert!(manual.starts_with(&format!(".TH SCUMBLE 1 \"\" \"scumble {VERSION}\"")), "the manual's version");

    let assembly = Element::parse("packaging/windows/scumble.manifest");
    let identity = &assembly.get("assemblyIdentity").attributes;
    assert_eq!(identity["name"], ID);
    assert_eq!(identity["version"], format!("{VERSION}.0"));
    let settings = assembly.get("application").get("windowsSettings");
    assert!(settings.get("dpiAwareness").text.starts_with("PerMonitorV2"));
    assert_eq!(settings.get("activeCodePage").text, "UTF-8");
    assert_eq!(settings.get("longPathAware").text, "true");

    let installer = text("packaging/windows/scumble.iss");
    for ending in TYPES.iter().flat_map(|t| t.2) {
        assert!(installer.contains(&format!(r"Software\Classes\.{ending}\OpenWithProgids")), "{ending}");
        assert!(
            installer.contains(&format!(r#"SupportedTypes"; ValueType: string; ValueName: ".{ending}""#))
        );
    }
    assert!(installer.contains(&format!("AppUserModelID: \"{ID}\"")));
}

#[test]
fn icons_have_their_sizes() {
    for size in [16, 22, 24, 32, 48, 64, 128, 256, 512] {
        let path = root().join(format!("assets/icon/scumble-{size}.png"));
        let icon = image::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!((icon.width(), icon.height()), (size, size));
        assert!(icon.color().has_alpha());
        let icon = icon.to_rgba8();
        assert!(icon.get_pixel(0, 0)[3] < 128, "the corner of {size} is not cut");
        assert_eq!(icon.get_pixel(size / 2, size / 2)[3], 255);
    }
    assert_eq!(Element::parse("assets/icon/scumble.svg").attributes["viewBox"], "0 0 512 512");

    let icns = std::fs::read(root().join("packaging/macos/scumble.icns")).unwrap();
    assert_eq!(&icns[..4], b"icns");
    assert_eq!(u32::from_be_bytes(icns[4..8].try_into().unwrap()) as usize, icns.len());
    let ico = std::fs::read(root().join("packaging/windows/scumble.ico")).unwrap();
    assert_eq!(&ico[..4], [0, 0, 1, 0]);
    let entries = usize::from(u16::from_le_bytes([ico[4], ico[5]]));
    let sizes: Vec<_> = (0..entries).map(|i| ico[6 + 16 * i]).collect();
    for size in [16, 32, 48, 0] {
        assert!(sizes.contains(&size), "no entry of {size} px (0: 256)");
    }
}
