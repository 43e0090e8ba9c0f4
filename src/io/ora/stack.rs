//! `stack.xml`: baseline OpenRaster layers.

use super::super::flaw::Flaw;
use super::super::record::{MAX_DEPTH, MAX_LAYERS};
use super::MAX_PNG_SIDE;
use crate::document::BlendMode;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::fmt::Write;

/// A layer or group as the baseline knows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BaseLayer {
    pub(super) name: String,
    pub(super) opacity: f32,
    pub(super) visible: bool,
    pub(super) locked: bool,
    pub(super) selected: bool,
    pub(super) blend: BlendMode,
    pub(super) clipping: bool,
    pub(super) content: BaseContent,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum BaseContent {
    /// A PNG and where it lies on the page.
    Png { src: String, x: i32, y: i32 },
    /// Layers from the top down.
    Group(Vec<BaseLayer>),
}

/// A whole stack.
#[derive(Debug, PartialEq)]
pub(super) struct BaseStack {
    pub(super) width: u32,
    pub(super) height: u32,
    /// From the top down.
    pub(super) layers: Vec<BaseLayer>,
}

const SRC_OVER: &str = "svg:src-over";
const SRC_ATOP: &str = "svg:src-atop";

/// The composite-op that is written for a blend mode.
fn op_of(blend: BlendMode) -> &'static str {
    match blend {
        BlendMode::Normal | BlendMode::PassThrough => SRC_OVER,
        BlendMode::Multiply => "svg:multiply",
        BlendMode::Screen => "svg:screen",
        BlendMode::Overlay => "svg:overlay",
        BlendMode::Darken => "svg:darken",
        BlendMode::Lighten => "svg:lighten",
        BlendMode::ColorDodge => "svg:color-dodge",
        BlendMode::ColorBurn => "svg:color-burn",
        BlendMode::HardLight => "svg:hard-light",
        BlendMode::SoftLight => "svg:soft-light",
        BlendMode::Difference => "svg:difference",
        BlendMode::Hue => "svg:hue",
        BlendMode::Saturation => "svg:saturation",
        BlendMode::Color => "svg:color",
        BlendMode::Luminosity => "svg:luminosity",
        BlendMode::Add => "svg:plus",
        BlendMode::Exclusion => "krita:exclusion",
        BlendMode::Subtract => "krita:subtract",
        BlendMode::Divide => "krita:divide",
        BlendMode::LinearBurn => "krita:linear_burn",
        BlendMode::VividLight => "krita:vivid_light",
        BlendMode::LinearLight => "krita:linear light",
        BlendMode::PinLight => "krita:pin_light",
    }
}

/// The blend mode of a composite-op; unknown ones, and those that are no blend mode, are normal.
fn blend_of(op: &str) -> BlendMode {
    let named = |blend: &&BlendMode| op_of(**blend) == op;
    match op {
        // What other programs write beside the specification.
        "svg:add" => BlendMode::Add,
        "svg:exclusion" => BlendMode::Exclusion,
        _ => BlendMode::ALL.iter().find(named).copied().unwrap_or(BlendMode::Normal),
    }
}

/// `text` within an attribute. What XML 1.0 cannot hold is replaced.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

/// The bytes of `stack.xml`.
pub(super) fn write(stack: &BaseStack) -> String {
    let mut out = String::from("<?xml version='1.0' encoding='UTF-8'?>\n");
    let _ = writeln!(out, "<image version=\"0.0.5\" w=\"{}\" h=\"{}\">", stack.width, stack.height);
    out.push_str(" <stack>\n");
    write_layers(&stack.layers, 2, &mut out);
    out.push_str(" </stack>\n</image>\n");
    out
}

fn write_layers(layers: &[BaseLayer], depth: usize, out: &mut String) {
    for layer in layers {
        let tag = if matches!(layer.content, BaseContent::Group(_)) { "stack" } else { "layer" };
        let indent = " ".repeat(depth);
        let _ = write!(out, "{indent}<{tag} name=\"");
        escape(&layer.name, out);
        out.push('"');
        if let BaseContent::Png { src, x, y } = &layer.content {
            out.push_str(" src=\"");
            escape(src, out);
            let _ = write!(out, "\" x=\"{x}\" y=\"{y}\"");
        }
        let atop = layer.clipping && layer.blend == BlendMode::Normal;
        let op = if atop { SRC_ATOP } else { op_of(layer.blend) };
        let visibility = if layer.visible { "visible" } else { "hidden" };
        let _ =
            write!(out, " opacity=\"{}\" visibility=\"{visibility}\" composite-op=\"{op}\"", layer.opacity);
        if layer.locked {
            out.push_str(" edit-locked=\"true\"");
        }
        if layer.selected {
            out.push_str(" selected=\"true\"");
        }
        match &layer.content {
            BaseContent::Png { .. } => out.push_str("/>\n"),
            BaseContent::Group(children) => {
                let isolation = if layer.blend == BlendMode::PassThrough { "auto" } else { "isolate" };
                let _ = writeln!(out, " isolation=\"{isolation}\">");
                write_layers(children, depth + 1, out);
                let _ = writeln!(out, "{indent}</{tag}>");
            }
        }
    }
}

/// Reads `stack.xml`. Elements and attributes beyond the baseline are passed over.
pub(super) fn parse(xml: &str) -> Result<BaseStack, Flaw> {
    let mut reader = Reader::from_str(xml);
    let mut size = None;
    let mut root = None;
    // Groups that are not closed yet, the root stack first.
    let mut open: Vec<BaseLayer> = Vec::new();
    // Depth within an element that is passed over.
    let mut skipping = 0usize;
    let mut layers = 0;
    let mut add = |open: &mut Vec<BaseLayer>, layer: BaseLayer| {
        layers += 1;
        if layers > MAX_LAYERS {
            return Err(Flaw::Limit(format!("it has more than {MAX_LAYERS} layers")));
        }
        match open.last_mut().map(|group| &mut group.content) {
            Some(BaseContent::Group(children)) => children.push(layer),
            _ => root = root.take().or(Some(layer)),
        }
        Ok(())
    };
    loop {
        let event = reader.read_event()?;
        let (element, closed) = match event {
            Event::Start(element) => (element, false),
            Event::Empty(element) => (element, true),
            Event::End(_) if skipping > 0 => {
                skipping -= 1;
                continue;
            }
            Event::End(element) => {
                if element.name().as_ref() == "stack"
                    && let Some(group) = open.pop()
                {
                    add(&mut open, group)?;
                }
                continue;
            }
            Event::Eof => break,
            _ => continue,
        };
        if skipping > 0 {
            skipping += usize::from(!closed);
            continue;
        }
        match element.name().as_ref() {
            "image" if size.is_none() => size = Some(image_size(&element)?),
            "stack" => {
                if open.len() > MAX_DEPTH {
                    return Err(Flaw::Limit(format!("groups nest deeper than {MAX_DEPTH}")));
                }
                open.push(base_layer(&element, true)?);
                if closed && let Some(group) = open.pop() {
                    add(&mut open, group)?;
                }
            }
            "layer" if !open.is_empty() => {
                let layer = base_layer(&element, false)?;
                // Layers of vector graphics and the like hold no pixels that could be read.
                if matches!(&layer.content, BaseContent::Png { src, .. } if is_png(src)) {
                    add(&mut open, layer)?;
                }
                // What stands within a layer belongs to another program.
                skipping = usize::from(!closed);
            }
            _ => skipping = usize::from(!closed),
        }
    }
    if !open.is_empty() {
        return Err(Flaw::Cut("its stack"));
    }
    let (width, height) = size.ok_or(Flaw::Bad("it describes no image"))?;
    match root.map(|root| root.content) {
        Some(BaseContent::Group(layers)) => Ok(BaseStack { width, height, layers }),
        _ => Err(Flaw::Bad("it has no stack of layers")),
    }
}

fn is_png(src: &str) -> bool {
    src.len() >= 4 && src.is_char_boundary(src.len() - 4) && src[src.len() - 4..].eq_ignore_ascii_case(".png")
}

fn image_size(element: &BytesStart) -> Result<(u32, u32), Flaw> {
    let side = |key: &str| {
        let text = attribute(element, key).unwrap_or_default();
        let side = text.trim().parse::<u32>().ok().filter(|v| *v > 0);
        let side = side.ok_or(Flaw::Bad("the image has no size"))?;
        if side > MAX_PNG_SIDE {
            return Err(Flaw::Limit(format!(
                "the image has {side} pixels a side; at most {MAX_PNG_SIDE} are read"
            )));
        }
        Ok(side)
    };
    Ok((side("w")?, side("h")?))
}

/// The attribute's text; broken ones are as good as none.
fn attribute(element: &BytesStart, key: &str) -> Option<String> {
    let attribute = element.try_get_attribute(key).ok().flatten()?;
    let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
    value.ok().map(|value| value.into_owned())
}

fn base_layer(element: &BytesStart, group: bool) -> Result<BaseLayer, Flaw> {
    let text = |key: &str| attribute(element, key);
    let is = |key: &str, value: &str| text(key).is_some_and(|v| v == value);
    let number = |key: &str| text(key).and_then(|v| v.trim().parse::<f64>().ok()).filter(|v| v.is_finite());
    let opacity = number("opacity").map_or(1.0, |v| v.clamp(0.0, 1.0) as f32);
    let op = text("composite-op").unwrap_or_default();
    let mut blend = blend_of(&op);
    // "auto" groups are isolated all the same where opacity or mode ask for it, says the specification.
    if group && is("isolation", "auto") && blend == BlendMode::Normal && opacity >= 1.0 {
        blend = BlendMode::PassThrough;
    }
    let whole = |key: &str| number(key).map_or(0, |v| v as i32);
    let content = if group {
        BaseContent::Group(Vec::new())
    } else {
        BaseContent::Png { src: text("src").unwrap_or_default(), x: whole("x"), y: whole("y") }
    };
    Ok(BaseLayer {
        name: text("name").unwrap_or_default(),
        opacity,
        visible: !is("visibility", "hidden"),
        locked: is("edit-locked", "true"),
        selected: is("selected", "true"),
        blend,
        clipping: op == SRC_ATOP,
        content,
    })
}
