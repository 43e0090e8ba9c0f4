//! What becomes of finished pictures, of words by chance, and of the frame.

use crate::prng::Prng;
use crate::studio::{Studio, studio, studio_in};
use scumble::document::selection;
use scumble::editor::generation::frame::{Snap, dragged, next_page};
use scumble::editor::generation::wildcards::{expand, lines_of, roll};
use scumble::editor::generation::{
    Candidate, CandidateId, Frame, GenerateCommand as G, Intent, Scope, Sees, prepare,
};
use scumble::editor::tool::grip::Grip;
use scumble::editor::{Action, Command, Effect, Folders, ViewCommand};
use scumble::generate::fake::Script;
use scumble::generate::{Request, metadata};
use scumble::geom::{Point, Rect};
use scumble::io;
use std::path::Path;
use std::time::{Duration, Instant};

fn folders(base: &Path) -> Folders {
    Folders { config: Some(base.join("config")), state: Some(base.join("state")) }
}

fn make(studio: &mut Studio, n: usize) -> Vec<CandidateId> {
    let before = studio.editor.generation().candidates().len();
    studio.options(|o| o.batch = n as u32);
    studio.ask(G::Start);
    studio.until("the pictures", |e| e.generation().candidates().len() == before + n);
    studio.until("the end", Studio::idle);
    studio.editor.generation().candidates()[before..].iter().map(|c| c.id).collect()
}

/// What lies beside the journals of a folder: names of files.
fn beside(base: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for session in std::fs::read_dir(base.join("state")).into_iter().flatten().flatten() {
        for document in std::fs::read_dir(session.path()).into_iter().flatten().flatten() {
            for file in std::fs::read_dir(document.path()).into_iter().flatten().flatten() {
                out.push(file.file_name().to_string_lossy().into_owned());
            }
        }
    }
    out.sort();
    out
}

fn until_beside(studio: &mut Studio, base: &Path, what: &str, holds: impl Fn(&[String]) -> bool) {
    let begun = Instant::now();
    loop {
        studio.tick();
        let names = beside(base);
        if holds(&names) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {names:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_kept_candidate_reads_back_as_it_was() {
    let mut studio = studio(Script::default());
    let id = make(&mut studio, 1)[0];
    let candidate = studio.editor.generation().picture(id).unwrap().clone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.ora");
    io::ora::save(&file, &candidate.to_document()).unwrap();
    let read = io::ora::load(&file).unwrap();
    let back = Candidate::from_document(candidate.id, candidate.document, &read).unwrap();
    assert_eq!(
        (&back.request, back.frame, back.batch),
        (&candidate.request, candidate.frame, candidate.batch)
    );
    assert_eq!(back.picture, candidate.picture);
    assert_eq!(back.pixels.read(candidate.frame), candidate.pixels.read(candidate.frame));
    assert!(Candidate::from_document(candidate.id, candidate.document, studio.editor.doc()).is_none());
}

#[test]
fn pictures_that_are_not_taken_come_back_after_a_crash() {
    let base = tempfile::tempdir().unwrap();
    let mut first = studio_in(folders(base.path()), Script::default());
    let ids = make(&mut first, 3);
    first.ask(G::Discard(ids[1]));
    let is = |names: &[String], what: &str| names.iter().filter(|n| n.starts_with(what)).count();
    until_beside(&mut first, base.path(), "two wait, one is put aside", |names| {
        is(names, "waiting-") == 2 && is(names, "rejected-") == 1 && is(names, "journal-") == 1
    });
    let seeds: Vec<u64> = first.editor.generation().candidates().iter().map(|c| c.request.seed).collect();
    // Dropped without having ended: what is there stays for the next start.
    drop(first);
    let mut second = studio_in(folders(base.path()), Script::default());
    second.until("the offer", |e| !e.found().is_empty());
    assert_eq!(second.editor.found()[0].note.waiting, 2);
    let number = second.editor.found()[0].number;
    second.editor.apply(Command::Recover(number));
    second.until("the pictures", |e| e.generation().candidates().len() == 2);
    let back: Vec<u64> = second.editor.generation().candidates().iter().map(|c| c.request.seed).collect();
    assert_eq!(back, seeds);
    let id = second.editor.open().id;
    assert_eq!(second.editor.generation().rejected_of(id).count(), 1);
    // They are this program's now, and the old ones are gone.
    until_beside(&mut second, base.path(), "kept again", |names| {
        names.len() == 4 && is(names, "waiting-") == 2 && is(names, "rejected-") == 1
    });
    // Taken: the file goes once the journal has the layer.
    let taken = second.editor.generation().candidates()[0].id;
    second.ask(G::Accept(taken));
    until_beside(&mut second, base.path(), "the taken one goes", |names| is(names, "waiting-") == 1);
    // Closed properly: nothing is left.
    let id = second.editor.open().id;
    second.editor.apply(Command::CloseDocument { id, force: true });
    until_beside(&mut second, base.path(), "nothing is left", <[String]>::is_empty);
}

#[test]
fn an_empty_document_with_pictures_does_not_make_room() {
    let mut studio = studio(Script::default());
    make(&mut studio, 1);
    let ground = scumble::color::Rgba::WHITE;
    let new = Command::NewDocument { name: "next".into(), width: 32, height: 32, ground };
    studio.editor.apply(new);
    assert_eq!(studio.editor.documents().len(), 2);
    assert_eq!(studio.editor.generation().candidates().len(), 1);
    // What is of another document is neither shown nor browsed nor taken by Enter here.
    studio.editor.apply(Command::Act(Action::NextCandidate));
    studio.editor.confirm();
    assert_eq!(studio.editor.generation().candidates().len(), 1);
}

#[test]
fn the_shelf_holds_no_more_than_it_may() {
    use scumble::io::shelf::{Board, clear, put, read, shift, trim};
    let folder = tempfile::tempdir().unwrap();
    let doc = scumble::document::Document::with_layer(Rect::new(0, 0, 8, 8), "one");
    for number in 1..=6 {
        put(folder.path(), Board::Waiting, number, &doc).unwrap();
    }
    shift(folder.path(), 5, Board::Rejected).unwrap();
    shift(folder.path(), 6, Board::Rejected).unwrap();
    shift(folder.path(), 99, Board::Rejected).unwrap();
    trim(folder.path(), u64::MAX, 3).unwrap();
    // What was put aside goes first, then the oldest.
    let left: Vec<(u64, Board)> = read(folder.path()).iter().map(|k| (k.number, k.board)).collect();
    assert_eq!(left, [(2, Board::Waiting), (3, Board::Waiting), (4, Board::Waiting)]);
    trim(folder.path(), 0, 3).unwrap();
    assert_eq!(read(folder.path()).len(), 1, "the last one stays");
    std::fs::write(folder.path().join("waiting-000009.ora"), b"broken").unwrap();
    assert_eq!(read(folder.path()).len(), 1, "what is broken is left out");
    clear(folder.path()).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn rejected_pictures_are_fetched_back_made_again_and_forgotten() {
    let mut studio = studio(Script::default());
    let ids = make(&mut studio, 2);
    let doc = studio.editor.open().id;
    studio.ask(G::DiscardAll);
    assert_eq!(studio.editor.generation().rejected_of(doc).count(), 2);
    studio.ask(G::Restore(ids[0]));
    assert_eq!(studio.editor.generation().shown(), Some(ids[0]));
    let of = studio.editor.generation().picture(ids[0]).unwrap().request.clone();
    // With other words: same seed, same frame.
    studio.options(|o| o.prompt = "other words".into());
    studio.ask(G::Rerun(ids[0]));
    studio.until("another", |e| e.generation().candidates().len() == 2);
    let again = studio.editor.generation().candidates()[1].request.clone();
    assert_eq!((again.prompt.as_str(), again.seed), ("other words", of.seed));
    assert_eq!((again.width, again.height, again.origin), (of.width, of.height, of.origin));
    studio.passes.try_iter().for_each(drop);
    // As a beginning: its picture goes to the model.
    studio.ask(G::UseAsInit(ids[0]));
    studio.until("a third", |e| e.generation().candidates().len() == 3);
    let pass = studio.passes.try_iter().next().unwrap();
    assert!((pass.strength - 0.6).abs() < 1e-6, "{}", pass.strength);
    let first = scumble::generate::fake::FakeBackend::colour_of(of.seed);
    let seen = &pass.init.unwrap().data[..3];
    assert!(seen.iter().zip(first).all(|(a, b)| (a - b).abs() < 0.02), "{seen:?} is not {first:?}");
    studio.ask(G::ForgetRejected);
    assert_eq!(studio.editor.generation().rejected_of(doc).count(), 0);
    // One that was put aside can be taken at once.
    studio.ask(G::Discard(ids[0]));
    let layers = studio.editor.doc().layers().len();
    studio.ask(G::Accept(ids[0]));
    assert_eq!(studio.editor.doc().layers().len(), layers + 1);
    assert!(studio.editor.generation().picture(ids[0]).is_none());
}

#[test]
fn of_one_call_the_least_visible_seam_stands_first() {
    // A kept rim whose colour is that of one of the seeds: its picture has no seam.
    let mut studio = studio(Script::default());
    let seeds = [11u64, 12, 13];
    let colour = scumble::generate::fake::FakeBackend::colour_of(13);
    let [r, g, b] = colour;
    let color = scumble::color::Rgba::rgb(r, g, b);
    studio.editor.apply(Command::SetColor { color, settled: true });
    studio.act(Action::FillForeground);
    let hole = Rect::new(40, 30, 80, 70);
    let select = selection::rect(hole);
    studio.editor.apply(Command::SetChange(Some(select)));
    studio.options(|o| (o.seed, o.seed_locked) = (seeds[0], true));
    make(&mut studio, 3);
    let made: Vec<(u64, f32)> = studio
        .editor
        .generation()
        .candidates()
        .iter()
        .map(|c| (c.request.seed, c.seam.map_or(0.0, |s| s.step)))
        .collect();
    assert!(made.windows(2).all(|w| w[0].1 <= w[1].1 + 0.06), "{made:?}");
    assert_eq!(made[0].0, 13, "{made:?}");
    let shown = studio.editor.generation().shown();
    assert_eq!(shown, Some(studio.editor.generation().candidates()[0].id), "the best is shown");
}

#[test]
fn looking_beneath_hides_what_lies_over_the_canvas_for_as_long() {
    let mut studio = studio(Script::default());
    make(&mut studio, 1);
    studio.tick();
    assert_ne!(studio.editor.shown(), studio.editor.doc());
    studio.editor.apply(Command::Act(Action::PeekCanvas));
    studio.tick();
    assert_eq!(studio.editor.shown(), studio.editor.doc());
    studio.ask(G::Peek(false));
    studio.tick();
    assert_ne!(studio.editor.shown(), studio.editor.doc());
}

#[test]
fn a_picture_is_written_and_read_with_how_it_was_made() {
    let base = tempfile::tempdir().unwrap();
    let mut studio = studio(Script::default());
    studio.options(|o| o.seed = 77);
    let id = make(&mut studio, 1)[0];
    studio.ask(G::AskSave(id));
    let asked = studio.editor.take_effects().into_iter().find_map(|e| match e {
        Effect::AskSavePicture { suggestion, .. } => Some(suggestion),
        _ => None,
    });
    assert_eq!(asked.unwrap().to_str(), Some("a test 77.png"));
    let path = base.path().join("made.png");
    studio.ask(G::SaveAs(id, path.clone()));
    studio.until("the file", |e| e.file_work().is_none());
    // Exported after it was accepted, it says the same.
    studio.ask(G::Accept(id));
    let copy = base.path().join("copy.png");
    let doc = studio.editor.open().id;
    studio.editor.apply(Command::ExportTo(doc, copy.clone(), Box::default()));
    studio.until("the copy", |e| e.file_work().is_none());
    for file in [&path, &copy] {
        let request = metadata::request_of(&io::read_png_text(file).unwrap()).unwrap();
        assert_eq!((request.prompt.as_str(), request.seed), ("a test", 77));
    }
    // Dropped, it is offered; taken, the panel has it.
    studio.options(|o| (o.prompt, o.seed) = ("x".into(), 0));
    studio.editor.apply(Command::Dropped(vec![path.clone()]));
    let mut offered = None;
    studio.editor.take_effects();
    let begun = Instant::now();
    while offered.is_none() {
        studio.tick();
        offered = studio.editor.take_effects().into_iter().find_map(|e| match e {
            Effect::OfferSettings { request, .. } => Some(request),
            _ => None,
        });
        assert!(begun.elapsed().as_secs() < 20, "nothing is offered");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(studio.editor.documents().len(), 1, "it was opened unasked");
    studio.ask(G::TakeSettings(offered.unwrap()));
    let options = &studio.editor.generation().options;
    assert_eq!((options.prompt.as_str(), options.seed, options.seed_locked), ("a test", 77, true));
    // A picture that says nothing is opened.
    let plain = base.path().join("plain.png");
    io::save_png(&plain, &image::RgbaImage::new(8, 8), &[]).unwrap();
    studio.editor.apply(Command::Dropped(vec![plain]));
    studio.until("it is opened", |e| e.documents().len() == 2 || e.doc().page.width() == 8);
}

#[test]
fn foreign_settings_are_taken_as_far_as_they_are_known() {
    let mut studio = studio(Script::default());
    let text = "a castle\nNegative prompt: fog\nSteps: 30, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 9, \
                Size: 64x96, Model: elsewhere, Version: v1.10.1";
    let chunk = scumble::io::TextChunk::new(metadata::PARAMETERS, text);
    let request = metadata::request_of(&[chunk]).unwrap();
    studio.ask(G::TakeSettings(Box::new(request)));
    let options = &studio.editor.generation().options;
    assert_eq!((options.prompt.as_str(), options.negative.as_str()), ("a castle", "fog"));
    assert_eq!((options.style.steps, options.style.cfg_scale, options.seed), (30, 7.5, 9));
    assert_eq!(options.model, "fake", "an unknown model was taken");
    let frame = studio.editor.generation().frame_rect(studio.editor.doc());
    assert_eq!((frame.width(), frame.height()), (64, 96));
    let told: Vec<String> = studio
        .editor
        .take_effects()
        .into_iter()
        .filter_map(|e| if let Effect::Tell(n) = e { Some(n.text) } else { None })
        .collect();
    assert!(told.iter().any(|t| t.contains("elsewhere")), "{told:?}");
    assert!(
        metadata::request_of(&[scumble::io::TextChunk::new(metadata::PARAMETERS, "only words")]).is_none()
    );
}

#[test]
fn wildcard_files_are_rolled_by_the_seed_and_recorded() {
    let base = tempfile::tempdir().unwrap();
    let words = base.path().join("config/wildcards");
    std::fs::create_dir_all(words.join("deep")).unwrap();
    std::fs::write(words.join("colours.txt"), "\u{feff}red\n\n# a comment\nblue\n{dark|light} green\n")
        .unwrap();
    std::fs::write(words.join("deep/place.txt"), "a __colours__ hill\n").unwrap();
    std::fs::write(words.join("endless.txt"), "__endless__ again\n").unwrap();
    let mut files = |name: &str| lines_of(Some(&words), name);
    let seen: std::collections::BTreeSet<String> =
        (0..200).map(|seed| roll("__deep/place__", seed, &mut files).unwrap()).collect();
    let expect = ["a blue hill", "a dark green hill", "a light green hill", "a red hill"];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), expect);
    assert!(roll("__endless__", 1, &mut files).unwrap_err().contains("no end"));
    let missing = roll("__nothing__", 1, &mut files).unwrap_err();
    assert!(missing.contains("nothing.txt"), "{missing}");
    // Names that would leave the folder are words.
    for text in ["__../secret__", "__/etc/passwd__", "__a.b__", "____", "snake__case"] {
        assert_eq!(roll(text, 1, &mut files).unwrap(), text);
    }
    assert_eq!(expand("__colours__ {a|a}", 1), "__colours__ a");
    std::fs::write(words.join("large.txt"), vec![b'a'; (1 << 20) + 1]).unwrap();
    assert!(lines_of(Some(&words), "large").unwrap_err().contains("larger"));

    let mut studio = studio_in(folders(base.path()), Script::default());
    studio.options(|o| (o.prompt, o.seed, o.seed_locked) = ("a __colours__ house".into(), 5, true));
    make(&mut studio, 3);
    for candidate in studio.editor.generation().candidates().to_vec() {
        let Request { prompt, template, seed, .. } = candidate.request;
        assert_eq!(template, "a __colours__ house");
        assert_eq!(prompt, roll(&template, seed, &mut files).unwrap());
        assert!(!prompt.contains("__"), "{prompt}");
    }
    studio.options(|o| (o.prompt, o.batch) = ("__nothing__".into(), 1));
    studio.ask(G::Start);
    studio.until("the end", Studio::idle);
    let complaints = studio.complaints();
    assert!(complaints.iter().any(|c| c.contains("nothing.txt")), "{complaints:?}");
}

#[test]
fn dragging_the_frame_snaps_keeps_sides_and_never_folds() {
    let page = Rect::new(10, 20, 1010, 620);
    let start = Rect::new(74, 84, 330, 340);
    let by = |x: f64, y: f64| Point::new(x, y);
    let moved = dragged(start, Grip::Inside, by(70.0, -10.0), Snap::Coarse, page);
    assert_eq!(moved, start.translate(64, 0), "steps of 64 from the corner of the page");
    let fine = dragged(start, Grip::Inside, by(13.0, 0.0), Snap::Fine, page);
    assert_eq!(fine, start.translate(16, 0));
    let free = dragged(start, Grip::Inside, by(13.0, -3.0), Snap::Free, page);
    assert_eq!(free, start.translate(13, -3));
    // The far edge of the page is met although it is no multiple of 64.
    let edge = dragged(start, Grip::Edge(1), by(675.0, 0.0), Snap::Coarse, page);
    assert_eq!(edge, Rect { x1: 1010, ..start });
    let flush = dragged(start, Grip::Inside, by(678.0, 0.0), Snap::Coarse, page);
    assert_eq!(flush.x1, 1010);
    let mut random = Prng(5);
    for _ in 0..2000 {
        let n = |random: &mut Prng| random.below(3000) as f64 - 1500.0;
        let grip = match random.below(9) {
            8 => Grip::Inside,
            i @ 0..4 => Grip::Corner(i),
            i => Grip::Edge(i - 4),
        };
        let snap = [Snap::Coarse, Snap::Fine, Snap::Free][random.below(3)];
        let (dx, dy) = (n(&mut random), n(&mut random));
        let to = dragged(start, grip, by(dx, dy), snap, page);
        assert!(to.width() >= 16 && to.height() >= 16, "{grip:?} {dx} {dy}: {to:?}");
        let still = scumble::editor::tool::grip::sides(grip);
        for (moves, (a, b)) in
            still.iter().zip([(start.x0, to.x0), (start.y0, to.y0), (start.x1, to.x1), (start.y1, to.y1)])
        {
            assert!(*moves || a == b, "{grip:?} {dx} {dy}: a side that should stay moved: {to:?}");
        }
        if grip == Grip::Inside {
            assert_eq!((to.width(), to.height()), (start.width(), start.height()));
        }
    }
}

#[test]
fn the_frame_is_kept_with_the_document_and_undo_leaves_it() {
    let mut studio = studio(Script::default());
    let at = Rect::new(16, 8, 80, 72);
    studio.ask(G::SetFrame(Frame::Fixed(at)));
    studio.act(Action::FillForeground);
    studio.editor.apply(Command::Act(Action::Undo));
    assert_eq!(studio.editor.doc().frame, Some(at));
    studio.ask(G::NudgeFrame { right: 8, down: -8 });
    let at = at.translate(8, -8);
    let base = tempfile::tempdir().unwrap();
    let file = base.path().join("framed.ora");
    let id = studio.editor.open().id;
    studio.editor.apply(Command::SaveTo(id, file.clone()));
    studio.until("it is saved", |e| !e.open().modified());
    assert_eq!(io::ora::load(&file).unwrap().frame, Some(at));
    studio.ask(G::SetFrame(Frame::Follow));
    assert_eq!(studio.editor.generation().frame_rect(studio.editor.doc()), studio.editor.doc().page);
    // A frame that nobody could work in is dropped, the picture is not.
    let mut far = studio.editor.doc().clone();
    far.frame = Some(Rect::new(0, 0, 2_000_000, 2_000_000));
    io::ora::save(&file, &far).unwrap();
    assert_eq!(io::ora::load(&file).unwrap().frame, None);
}

#[test]
fn the_background_is_all_but_what_is_marked() {
    let mut studio = studio(Script::default());
    studio.act(Action::SelectAll);
    studio.act(Action::FillForeground);
    let kept = Rect::new(30, 20, 90, 70);
    let mut doc = studio.editor.doc().clone();
    let request = Request { width: 128, height: 96, ..Request::default() };
    doc.selection = None;
    assert!(prepare(&doc, doc.page, request.clone(), Scope::Others).is_err(), "nothing is marked");
    doc.selection = Some(selection::rect(kept));
    let mask = prepare(&doc, doc.page, request, Scope::Others).unwrap().inputs.mask.unwrap();
    assert_eq!((mask.get_pixel(60, 40)[0], mask.get_pixel(5, 5)[0]), (0, 255));
    for intent in Intent::ALL {
        assert!(!intent.label().is_empty() && !intent.help().is_empty());
    }
    studio.options(|o| o.intent = Intent::ReplaceBackground);
    assert_eq!(studio.editor.generation().options.scope(), Scope::Others);
    assert_eq!(studio.editor.generation().options.request(kept, 1.0, false).fill, Intent::AddObject.fill());
}

#[test]
fn with_the_page_as_context_the_model_sees_it_and_only_the_frame_changes() {
    let mut studio = studio(Script::default());
    let frame = Rect::new(64, 32, 128, 96);
    studio.ask(G::SetFrame(Frame::Fixed(frame)));
    studio.options(|o| o.sees = Sees::Page);
    assert_eq!(studio.editor.generation().view_rect(studio.editor.doc()), studio.editor.doc().page);
    let id = make(&mut studio, 1)[0];
    let candidate = studio.editor.generation().picture(id).unwrap().clone();
    assert_eq!(candidate.frame, studio.editor.doc().page);
    let pass = studio.passes.try_iter().next().unwrap();
    // The whole page, at the size that the model likes.
    assert_eq!(pass.width * 96, pass.height * 128, "{} x {}", pass.width, pass.height);
    let before = studio.page();
    studio.ask(G::Accept(id));
    studio.tick();
    let after = studio.page();
    let mut inside = 0;
    for (i, (a, b)) in before.chunks_exact(4).zip(after.chunks_exact(4)).enumerate() {
        let (x, y) = (i as i32 % 128, i as i32 / 128);
        // The mask's transition reaches a little beyond the frame; well outside nothing may change.
        if candidate.pixels.pixel(x, y)[3] == 0 {
            assert_eq!(a, b, "{x},{y}");
        }
        inside += usize::from(a != b && frame.contains(x, y));
    }
    assert!(inside > 3000, "{inside} pixels changed in the frame");
    assert_eq!(candidate.pixels.pixel(4, 4)[3], 0);
}

#[test]
fn panning_past_the_page_offers_to_extend_it_there() {
    let page = Rect::new(0, 0, 1000, 600);
    assert_eq!(next_page(page, page, 512), None);
    assert_eq!(next_page(page, Rect::new(400, 0, 1400, 600), 512), Some(Rect { x1: 1256, ..page }));
    assert_eq!(next_page(page, Rect::new(0, -300, 1000, 300), 512), Some(Rect { y0: -256, ..page }));
    assert_eq!(next_page(page, Rect::new(-100, 0, 900, 600), 512), None, "a tenth is no wish");
    assert_eq!(next_page(page, Rect::new(5000, 0, 6000, 600), 512), None, "nowhere near");
    let mut studio = studio(Script::default());
    studio.editor.apply(Command::View(ViewCommand::Resize { width: 256.0, height: 192.0 }));
    studio.editor.apply(Command::View(ViewCommand::ZoomTo(2.0)));
    studio.editor.apply(Command::View(ViewCommand::CenterOn(Point::new(120.0, 48.0))));
    assert_eq!(studio.editor.extend_offer(), None, "it is switched off");
    studio.editor.apply(Command::Act(Action::AutoExtend));
    let offer = studio.editor.extend_offer().expect("an offer");
    assert!(offer.x1 > 128 && offer.y1 == 96, "{offer:?}");
    studio.editor.escape();
    assert_eq!(studio.editor.extend_offer(), None, "declined");
    studio.editor.apply(Command::View(ViewCommand::CenterOn(Point::new(8.0, 48.0))));
    let other = studio.editor.extend_offer().expect("another offer");
    assert!(other.x0 < 0);
    studio.editor.confirm();
    assert_eq!(studio.editor.doc().page, other);
    studio.until("the extension", Studio::idle);
    studio.tick();
    assert!(studio.page().chunks_exact(4).all(|px| px[3] == 255), "something is empty");
}
