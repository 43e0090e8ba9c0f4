//! Levels that are made: got ready on a thread, put into the document, painted by a job like that of an extension.

use super::{News, Wish, WishKind, ZoomCommand};
use crate::document::{Content, Document, LayerId, Made, Pixels, levels};
use crate::editor::generating::ANEW;
use crate::editor::generation::{Kind, REQUEST_NOTE, REQUESTS_NOTE, Scope, Waiting, next_seed};
use crate::editor::{DocId, Editor, Effect, NoticeKind};
use crate::generate::Request;
use crate::geom::Rect;
use crate::sampling::RngKind;
use crate::zoom::growth::{self, Blank};

impl Editor {
    /// The zoom: levels, flight, film.
    pub fn zooming(&self) -> &super::Zooming {
        &self.zooming
    }

    pub(in crate::editor) fn zoom_command(&mut self, command: ZoomCommand) {
        use ZoomCommand as Z;
        match command {
            Z::Outward(words) => {
                self.wish(words.into_iter().map(|words| Wish { kind: WishKind::Outward, words }))
            }
            Z::Deeper(words) => {
                let kind = WishKind::Deeper(self.part_to_go_into());
                self.wish(std::iter::once(Wish { kind, words }));
            }
            Z::CloseRing => {
                if growth::is_closed(self.doc()) {
                    return self.tell(NoticeKind::Info, "The ring is closed already.");
                }
                self.wish(std::iter::once(Wish { kind: WishKind::Ring, words: String::new() }));
            }
            Z::Go(level) => self.go_to_level(level, true),
            Z::Remove(level) => self.remove_level(level),
            Z::Reroll(level) => self.reroll(level),
            Z::Words(level, words, style) => {
                let same = self.doc().levels.get(level).is_none_or(|l| l.words == words && l.style == style);
                if !same {
                    self.edit("Words of a level", |doc| drop(levels::set_words(doc, level, &words, &style)));
                }
            }
            Z::SwapWords(a, b) => {
                if a.max(b) < self.doc().levels.len() {
                    self.edit("Exchange words", |doc| drop(levels::swap_words(doc, a, b)));
                }
            }
            Z::Stop => {
                self.zooming.wishes.clear();
                self.generation.cancel();
            }
            Z::SetOptions(options) => self.zooming.options = options.sanitised(),
            Z::Export => {
                let open = self.open();
                let mut suggestion = open.path.clone().unwrap_or_else(|| open.name.clone().into());
                suggestion.set_extension(self.zooming.options.format.ending());
                self.effects.push(Effect::AskFilm { suggestion });
            }
            Z::ExportTo(path) => self.export_film(path),
            Z::MakeWalk => self.make_walk(),
            Z::StopWalk => self.stop_walk(),
            Z::CancelExport => self.zooming.film.cancel(),
            Z::Play(on) => self.play_film(on),
        }
    }

    /// What is selected of the innermost page, else its middle.
    fn part_to_go_into(&self) -> Rect {
        let doc = self.doc();
        let page = doc.levels[0].page;
        let selected = doc.selection.as_ref().filter(|_| doc.level == 0).map(|mask| mask.content_bounds());
        let selected = selected.map(|rect| rect.intersect(&page)).filter(|rect| !rect.is_empty());
        selected.unwrap_or_else(|| {
            let part = |v: u32| (f64::from(v) / self.zooming.options.factor) as i32;
            let (w, h) = (part(page.width()), part(page.height()));
            let at = |low: i32, side: u32, size: i32| low + (side as i32 - size) / 2;
            let (x, y) = (at(page.x0, page.width(), w), at(page.y0, page.height(), h));
            Rect::new(x, y, x + w, y + h)
        })
    }

    fn wish(&mut self, wishes: impl Iterator<Item = Wish>) {
        if !self.generation.available() {
            return self
                .tell(NoticeKind::Warning, "This program was built without anything that runs a model.");
        }
        let id = self.open().id;
        self.zooming.wishes.extend(wishes.map(|wish| (id, wish)));
        self.next_wish();
    }

    /// Gets the next level ready, if none is on its way.
    fn next_wish(&mut self) {
        if self.zooming.preparing || self.zooming.painted.is_some() || self.zooming.ring.is_some() {
            return;
        }
        let Some((document, wish)) = self.zooming.wishes.pop_front() else { return };
        let Some(open) = self.documents.iter().find(|d| d.id == document) else { return };
        let (doc, factor) = (open.doc.clone(), self.zooming.options.factor);
        let part = match wish.kind {
            WishKind::Ring => return self.plan_ring(document),
            WishKind::Outward => None,
            WishKind::Deeper(part) => Some(part),
        };
        self.zooming.preparing = true;
        self.zooming.aside("scumble-level", move || {
            let blank = match part {
                None => Blank::outward(&doc, factor, None),
                Some(part) => Blank::inward(&doc, part),
            };
            News::Blank { document, wish, result: blank.map(Box::new).map_err(|why| why.to_string()) }
        });
    }

    /// The level is ready: it goes into the document, and a model is asked to paint it.
    fn put_in(&mut self, document: DocId, wish: &Wish, blank: Blank) {
        let deeper = matches!(wish.kind, WishKind::Deeper(_));
        let prompt = || self.generation.options.prompt.clone();
        let words = if wish.words.is_empty() { prompt() } else { wish.words.clone() };
        let seed = self.take_seed();
        let now = self.now_secs;
        let Some(at) = self.documents.iter().position(|d| d.id == document) else { return };
        let open = &mut self.documents[at];
        let before = open.doc.level;
        // The view stays where it is: the new level appears around it, or inside.
        let layer = blank.insert(&mut open.doc, &words, seed);
        let new = open.doc.level;
        let from = if deeper { before + 1 } else { before };
        levels::show(&mut open.doc, from);
        open.commit(if deeper { "Go deeper" } else { "Extend outward" }, now);
        if deeper {
            self.generation.shift_levels(document);
        }
        let shown = self.open().id == document;
        if shown {
            self.go_to_level(new, true);
        } else {
            levels::show(&mut self.documents[at].doc, new);
        }
        self.documents[at].amend(if deeper { "Go deeper" } else { "Extend outward" }, now);
        self.paint_level(document, layer, deeper, seed);
    }

    /// Asks for the picture of a level whose layer is `layer`.
    fn paint_level(&mut self, document: DocId, layer: LayerId, deeper: bool, seed: u64) {
        let Some(open) = self.documents.iter().find(|d| d.id == document) else { return };
        let Some(level) = level_of(&open.doc, layer) else { return };
        let (page, prompt) = (open.doc.levels[level].page, open.doc.levels[level].prompt());
        let mut options = self.generation.options.clone();
        // The words are the level's own; the style of the panel still says how they are put.
        options.prompt = prompt;
        let strength = if deeper { self.zooming.options.depth_strength } else { 1.0 };
        let mut request = Request { seed, ..options.request(page, strength, false) };
        request.rng = RngKind::Canvas;
        request.origin = (i64::from(page.x0), i64::from(page.y0));
        let (kind, scope) = if deeper {
            (Kind::Detail { layer }, Scope::Frame)
        } else {
            (Kind::Extend { layer, known: page, last: true }, Scope::Empty)
        };
        let number = self.generation.next_job();
        let finish = self.generation.options.style.finish.clone();
        let job = Waiting::new(number, document, request, page, kind, scope, finish, None);
        self.zooming.painted = Some((document, layer));
        self.generation.enqueue(false, vec![job]);
        self.begin_next_job();
    }

    /// Makes a level anew.
    fn reroll(&mut self, level: usize) {
        let doc = self.doc();
        let Some(found) = doc.levels.get(level) else { return };
        let Some(layer) = growth::made_layer(found) else {
            return self.tell(
                NoticeKind::Info,
                "This level was not made by a model: generate on it as on any picture.",
            );
        };
        if self.zooming.growing() {
            return self.tell(NoticeKind::Info, "A level is being made: stop it first.");
        }
        if !self.generation.available() || !self.may_edit() {
            return;
        }
        let (id, doc) = (self.open().id, self.doc().clone());
        self.go_to_level(level, true);
        match doc.levels[level].made {
            Made::Inward(_) => {
                self.zooming.preparing = true;
                self.zooming.aside("scumble-level", move || {
                    let result = growth::detail_start(&doc, level).map_err(|why| why.to_string());
                    News::Start { document: id, layer, result }
                });
            }
            Made::Outward(_) | Made::Alone => self.begin_again(id, layer, Pixels::default(), false),
        }
    }

    fn begin_again(&mut self, document: DocId, layer: LayerId, start: Pixels, deeper: bool) {
        let now = self.now_secs;
        let mut seed = self.take_seed();
        let Some(open) = self.documents.iter_mut().find(|d| d.id == document) else { return };
        let Some(level) = level_of(&open.doc, layer) else { return };
        if open.doc.levels[level].seed == Some(seed) {
            // The seed in hand is locked: what is made anew would be what it was.
            seed = next_seed(seed);
        }
        levels::change_layer(&mut open.doc, level, layer, &mut |layer| {
            layer.content = Content::Raster(start.clone());
            layer.notes.remove(REQUEST_NOTE);
            layer.notes.remove(REQUESTS_NOTE);
        });
        open.doc.levels[level].seed = Some(seed);
        open.commit(ANEW, now);
        self.paint_level(document, layer, deeper, seed);
    }

    /// Looks at what threads have done, and keeps things going.
    pub(in crate::editor) fn take_zooming(&mut self) {
        while let Ok(news) = self.zooming.news.1.try_recv() {
            match news {
                News::Blank { document, wish, result } => {
                    self.zooming.preparing = false;
                    match result {
                        Ok(blank) => self.put_in(document, &wish, *blank),
                        Err(why) => self.level_failed(&why),
                    }
                }
                News::Start { document, layer, result } => {
                    self.zooming.preparing = false;
                    match result {
                        Ok(start) => self.begin_again(document, layer, start, true),
                        Err(why) => self.level_failed(&why),
                    }
                }
                News::Copies { document, of, copies } => self.lay_copies(document, &of, copies),
                News::Around { document, key, layer, rect } => {
                    self.zooming.around_wanted = None;
                    self.zooming.around = Some(super::Around { document, key, layer, rect });
                }
                News::Thumbnails { document, of, pictures } => {
                    self.zooming.upkeep.take_thumbnails(document, of, pictures);
                }
                News::Ring { document, result } => {
                    self.zooming.preparing = false;
                    match result {
                        Ok(step) => self.paint_ring(document, &step),
                        Err(why) => self.tell(NoticeKind::Error, format!("The ring was not closed: {why}")),
                    }
                }
                News::Walked { index, kept, result } => self.walk_kept(index, *kept, result),
                News::Film(news) => self.take_film(news),
            }
        }
        self.keep_ring();
        self.keep_walk();
        self.keep_playing();
        if !self.busy() {
            self.keep_copies();
            self.keep_thumbnails();
            self.keep_around();
        }
        self.next_wish();
    }

    fn level_failed(&mut self, why: &str) {
        self.zooming.wishes.clear();
        self.tell(NoticeKind::Error, format!("No level was made: {why}"));
    }

    /// A picture for a layer has come (or will not come): the next level may begin.
    pub(in crate::editor) fn level_painted(&mut self, document: DocId, layer: LayerId) {
        if self.zooming.painted == Some((document, layer)) {
            self.zooming.painted = None;
        }
    }

    /// No job runs or waits: nothing is being painted any more.
    pub(in crate::editor) fn settle_levels(&mut self) {
        if self.zooming.painted.is_some()
            && self.generation.progress().is_none()
            && self.generation.waiting().len() == 0
            && self.extensions.is_empty()
        {
            self.zooming.painted = None;
        }
    }

    /// How well a level was held to its parent.
    pub(in crate::editor) fn level_held(&mut self, held: growth::Held) {
        self.zooming.held = Some(held);
    }
}

/// The level that a layer lies in.
pub(in crate::editor) fn level_of(doc: &Document, layer: LayerId) -> Option<usize> {
    (0..doc.levels.len()).find(|&k| doc.at_level(k).layer(layer).is_some())
}
