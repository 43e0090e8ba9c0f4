//! Generation on the canvas, with a backend that does what its script says.

use crate::prng::Prng;
use crate::studio::{Studio, studio, studio_asking};
use scumble::color::Rgba;
use scumble::document::composite::flatten_rgba8;
use scumble::document::rgba8::Alpha;
use scumble::document::{Document, edit, selection};
use scumble::editor::generation::{Frame, GenerateCommand as G, Kind, ModelLore, Scope, frame, prepare};
use scumble::editor::{Action, Command, Editor, Effect, Folders, Settings};
use scumble::generate::fake::{Mishap, Script};
use scumble::generate::prompt::TokenCount;
use scumble::generate::{Footprint, Request};
use scumble::geom::Rect;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[test]
fn a_candidate_is_shown_over_the_canvas_and_becomes_a_layer_in_one_step() {
    let mut studio = studio(Script::default());
    let before = studio.page();
    studio.ask(G::Start);
    studio.until("a candidate", |e| e.generation().candidates().len() == 1);
    assert_eq!(studio.page(), before, "the document changed before it was asked");
    let id = studio.editor.generation().candidates()[0].id;
    assert_eq!(studio.editor.generation().shown(), Some(id));
    let page = studio.editor.doc().page;
    let shown = flatten_rgba8(studio.editor.shown(), page, Alpha::Straight);
    assert_ne!(shown, before);
    let steps = studio.editor.open().history.names().len();
    studio.ask(G::Accept(id));
    studio.tick();
    assert_eq!(studio.page(), shown, "the layer is not what was shown");
    assert_eq!(studio.editor.open().history.names().len(), steps + 1);
    assert!(studio.editor.generation().candidates().is_empty());
    let layer = studio.editor.doc().layers().last().unwrap();
    let kept: Request = serde_json::from_str(&layer.notes["request"]).unwrap();
    assert_eq!((kept.prompt.as_str(), kept.width, kept.height), ("a test", 128, 96));
    studio.editor.apply(Command::Act(Action::Undo));
    assert_eq!(studio.page(), before);
}

#[test]
fn previews_come_while_it_works_and_cancel_ends_it() {
    let script = Script { mishaps: vec![Mishap::Hang(3)], ..Script::default() };
    let mut studio = studio(script);
    let before = studio.page();
    studio.ask(G::Start);
    let id = studio.editor.open().id;
    studio.until("a preview", |e| e.generation().overlay(id).is_some());
    studio.until("the second step", |e| e.generation().progress().is_some_and(|p| p.step == 2));
    studio.ask(G::Cancel);
    let asked = Instant::now();
    studio.until("the end", Studio::idle);
    assert!(asked.elapsed() < Duration::from_secs(2));
    assert!(studio.editor.generation().overlay(id).is_none(), "the preview stayed");
    assert!(studio.editor.generation().candidates().is_empty());
    assert_eq!(studio.page(), before);
    // The next one works.
    studio.ask(G::Start);
    studio.until("a candidate", |e| e.generation().candidates().len() == 1);
}

#[test]
fn a_panic_and_a_failure_are_notices_and_the_queue_goes_on() {
    let script = Script { mishaps: vec![Mishap::Panic(1), Mishap::Fail(2)], ..Script::default() };
    let mut studio = studio(script);
    studio.options(|o| o.batch = 3);
    studio.ask(G::Start);
    studio.until("the end", Studio::idle);
    assert_eq!(studio.editor.generation().candidates().len(), 1);
    let complaints = studio.complaints();
    assert_eq!(complaints.len(), 2, "{complaints:?}");
}

#[test]
fn a_batch_has_seeds_in_a_row_and_an_unlocked_seed_moves_on() {
    let mut studio = studio(Script::default());
    studio.options(|o| (o.batch, o.seed) = (3, 40));
    studio.ask(G::Start);
    studio.until("three", |e| e.generation().candidates().len() == 3);
    let seeds: Vec<u64> = studio.editor.generation().candidates().iter().map(|c| c.request.seed).collect();
    assert_eq!(seeds, [40, 41, 42]);
    assert_eq!(studio.editor.generation().options.seed, 43);
    studio.options(|o| (o.batch, o.seed_locked) = (1, true));
    studio.ask(G::Start);
    studio.until("the fourth", |e| e.generation().candidates().len() == 4);
    assert_eq!(studio.editor.generation().options.seed, 43);
}

#[test]
fn the_queue_can_be_reordered_thinned_paused_and_replaced() {
    let script = Script { mishaps: vec![Mishap::Hang(1)], ..Script::default() };
    let mut studio = studio(script);
    studio.options(|o| o.seed_locked = true);
    for seed in [1, 2, 3, 4] {
        studio.options(|o| o.seed = seed);
        studio.ask(G::Start);
    }
    studio.until("the first runs", |e| e.generation().progress().is_some_and(|p| p.stage == "painting"));
    let waiting =
        |s: &Studio| -> Vec<u64> { s.editor.generation().waiting().map(|w| w.request.seed).collect() };
    assert_eq!(waiting(&studio), [2, 3, 4]);
    let number = |s: &Studio, i: usize| s.editor.generation().waiting().nth(i).unwrap().number;
    let last = number(&studio, 2);
    studio.ask(G::Move(last, 0));
    assert_eq!(waiting(&studio), [4, 2, 3]);
    let middle = number(&studio, 1);
    studio.ask(G::Remove(middle));
    assert_eq!(waiting(&studio), [4, 3]);
    studio.options(|o| o.seed = 9);
    studio.ask(G::StartFirst);
    assert_eq!(waiting(&studio), [9, 4, 3]);
    studio.ask(G::Pause(true));
    studio.ask(G::Cancel);
    studio.until("the end of the first", |e| e.generation().progress().is_none());
    studio.tick();
    assert_eq!(waiting(&studio), [9, 4, 3]);
    studio.ask(G::Pause(false));
    studio.until("the rest", Studio::idle);
    let made: Vec<u64> = studio.editor.generation().candidates().iter().map(|c| c.request.seed).collect();
    assert_eq!(made, [9, 4, 3]);
}

#[test]
fn candidates_are_browsed_discarded_varied_and_recalled() {
    let mut studio = studio(Script::default());
    studio.options(|o| o.batch = 3);
    studio.ask(G::Start);
    studio.until("three", |e| e.generation().candidates().len() == 3);
    let ids: Vec<_> = studio.editor.generation().candidates().iter().map(|c| c.id).collect();
    let shown = |s: &Studio| s.editor.generation().shown();
    studio.ask(G::Show(Some(ids[0])));
    studio.ask(G::ShowNext(true));
    assert_eq!(shown(&studio), Some(ids[1]));
    studio.ask(G::Discard(ids[1]));
    assert_eq!(shown(&studio), Some(ids[2]));
    studio.ask(G::ShowNext(true));
    assert_eq!(shown(&studio), None);
    studio.tick();
    assert_eq!(studio.editor.shown(), studio.editor.doc());
    studio.ask(G::Vary(ids[0]));
    studio.until("four variations", |e| e.generation().candidates().len() == 6);
    let varied = &studio.editor.generation().candidates()[2..];
    assert!(varied.iter().all(|c| c.request.strength == 0.5));
    studio.options(|o| o.prompt = "something else".into());
    studio.ask(G::Recall(ids[0]));
    assert_eq!(studio.editor.generation().options.prompt, "a test");
    studio.ask(G::DiscardAll);
    assert!(studio.editor.generation().candidates().is_empty());
}

#[test]
fn painted_strengths_reach_the_model_as_strengths() {
    let mut doc = Document::with_layer(Rect::new(0, 0, 128, 96), "one");
    let id = doc.active.unwrap();
    let page = doc.page;
    doc.layer_mut(id).unwrap().pixels_mut().unwrap().fill_rect(page, Rgba::WHITE.to_px());
    let mut change = scumble::document::Mask::default();
    change.fill_rect(Rect::new(10, 10, 30, 30), [26_214]); // 0.4
    change.fill_rect(Rect::new(60, 10, 80, 30), [13_107]); // 0.2
    doc.change = Some(change);
    let request = Request { strength: 1.0, ..Request::default() };
    let job = prepare(&doc, doc.page, request.clone(), Scope::Auto).unwrap();
    assert!((job.request.strength - 0.4).abs() < 0.003, "{}", job.request.strength);
    let mask = job.inputs.mask.unwrap();
    assert_eq!((mask.get_pixel(20, 20)[0], mask.get_pixel(5, 5)[0]), (255, 0));
    assert!(mask.get_pixel(70, 20)[0].abs_diff(128) <= 1);
    // Confined to the selection.
    doc.selection = Some(selection::rect(Rect::new(0, 0, 50, 96)));
    let mask = prepare(&doc, doc.page, request.clone(), Scope::Auto).unwrap().inputs.mask.unwrap();
    assert_eq!((mask.get_pixel(20, 20)[0], mask.get_pixel(70, 20)[0]), (255, 0));
    doc.change = None;
    let mask = prepare(&doc, doc.page, request.clone(), Scope::Auto).unwrap().inputs.mask.unwrap();
    assert_eq!((mask.get_pixel(49, 50)[0], mask.get_pixel(50, 50)[0]), (255, 0));
    doc.selection = Some(selection::rect(Rect::new(500, 0, 550, 96)));
    assert!(prepare(&doc, doc.page, request, Scope::Auto).is_err());
}

#[test]
fn what_is_kept_never_changes_and_nothing_is_written_outside_the_frame() {
    let mut random = Prng(11);
    let mut studio = studio(Script::default());
    for round in 0..40 {
        let n = |random: &mut Prng, n: usize| random.below(n) as i32;
        let mut doc = studio.editor.doc().clone();
        // Some paint, sometimes empty canvas.
        let id = doc.layers()[0].id;
        let pixels = doc.layer_mut(id).unwrap().pixels_mut().unwrap();
        let (x, y) = (n(&mut random, 100), n(&mut random, 70));
        let px = if round % 3 == 0 { [0; 4] } else { Rgba::rgb(0.1, 0.7, 0.4).to_px() };
        pixels.fill_rect(Rect::new(x, y, x + 20 + n(&mut random, 40), y + 15 + n(&mut random, 30)), px);
        let mut mask = scumble::document::Mask::default();
        let (x, y) = (n(&mut random, 90), n(&mut random, 60));
        let value = 6000 + n(&mut random, 59_000) as u16;
        mask.fill_rect(Rect::new(x, y, x + 8 + n(&mut random, 40), y + 8 + n(&mut random, 40)), [value]);
        match round % 4 {
            0 => edit::set_change(&mut doc, None),
            _ => edit::set_change(&mut doc, Some(mask)),
        };
        let (x, y) = (n(&mut random, 60), n(&mut random, 40));
        let at = Rect::new(x, y, x + 40 + n(&mut random, 40), y + 32 + n(&mut random, 30));
        // The document is what the editor has: through a layer and the change mask.
        let layer = doc.layer(id).unwrap().clone();
        let change = doc.change.clone();
        set_scene(&mut studio.editor, layer, change);
        studio.ask(G::SetFrame(Frame::Fixed(at)));
        let before = studio.page();
        studio.ask(G::Start);
        studio.until("the end", Studio::idle);
        let Some(candidate) = studio.editor.generation().candidates().last().cloned() else {
            assert!(!studio.complaints().is_empty(), "neither a picture nor a complaint");
            continue;
        };
        assert!(at.contains_rect(&candidate.pixels.content_bounds()), "round {round}: beyond its frame");
        studio.ask(G::Accept(candidate.id));
        studio.tick();
        let after = studio.page();
        let page = studio.editor.doc().page;
        for (i, (a, b)) in before.chunks_exact(4).zip(after.chunks_exact(4)).enumerate() {
            let (x, y) = (i as i32 % page.width() as i32, i as i32 / page.width() as i32);
            if candidate.pixels.pixel(x, y)[3] == 0 {
                assert_eq!(a, b, "round {round}: kept pixel {x},{y} changed");
            }
        }
        studio.editor.apply(Command::Act(Action::Undo));
        assert_eq!(studio.page(), before, "round {round}: undo");
        studio.ask(G::DiscardAll);
    }
}

/// Brings the bottom layer and the change mask to what a test wants, by commands.
fn set_scene(editor: &mut Editor, layer: scumble::document::Layer, change: Option<scumble::document::Mask>) {
    let old = editor.doc().layers()[0].id;
    editor.apply(Command::AddLayer(Box::new(layer)));
    let new = editor.doc().active.unwrap();
    let bottom = edit::Place { parent: None, index: 0 };
    editor.apply(Command::Layer(new, scumble::editor::LayerCommand::MoveTo(bottom)));
    editor.apply(Command::Layer(old, scumble::editor::LayerCommand::Remove));
    editor.apply(Command::Generate(G::ClearChange));
    if let Some(mask) = change {
        editor.apply(Command::SetChange(Some(mask)));
    }
}

#[test]
fn the_same_request_is_the_same_picture() {
    let mut pictures = Vec::new();
    for _ in 0..2 {
        let mut studio = studio(Script::default());
        studio.options(|o| o.seed = 5);
        studio.ask(G::Start);
        studio.until("a candidate", |e| e.generation().candidates().len() == 1);
        pictures.push(studio.editor.generation().candidates()[0].picture.clone());
    }
    assert_eq!(pictures[0], pictures[1]);
}

#[test]
fn extending_fills_what_is_new_keeps_what_was_and_is_one_step() {
    for (grown, what) in [
        (Rect::new(0, 0, 192, 96), "right"),
        (Rect::new(-64, 0, 128, 96), "left"),
        (Rect::new(-40, -50, 128, 96), "corner"),
        (Rect::new(-300, -200, 500, 400), "far"),
    ] {
        let mut studio = studio(Script::default());
        let old = studio.editor.doc().page;
        let before = flatten_rgba8(studio.editor.doc(), old, Alpha::Straight);
        let steps = studio.editor.open().history.names().len();
        studio.ask(G::Extend(grown));
        assert_eq!(studio.editor.doc().page, grown, "{what}: the page does not grow at once");
        studio.until("the end", Studio::idle);
        studio.tick();
        assert_eq!(studio.complaints(), Vec::<String>::new(), "{what}");
        let page = studio.page();
        assert!(page.chunks_exact(4).all(|px| px[3] == 255), "{what}: something is empty");
        assert_eq!(
            flatten_rgba8(studio.editor.doc(), old, Alpha::Straight),
            before,
            "{what}: old pixels changed"
        );
        assert_eq!(studio.editor.open().history.names().len(), steps + 1, "{what}");
        studio.editor.apply(Command::Act(Action::Undo));
        assert_eq!(studio.editor.doc().page, old);
        assert_eq!(studio.page(), before);
    }
}

#[test]
fn frames_of_an_extension_cover_it_and_lean_on_what_is_known() {
    let mut random = Prng(3);
    for _ in 0..300 {
        let n = |random: &mut Prng, n: usize| random.below(n) as i32;
        let old = Rect::from_size(
            n(&mut random, 500) - 250,
            n(&mut random, 500) - 250,
            64 + random.below(900) as u32,
            64 + random.below(900) as u32,
        );
        let side = |random: &mut Prng| if random.below(2) == 0 { 0 } else { 8 + random.below(1500) as i32 };
        let new = Rect::new(
            old.x0 - side(&mut random),
            old.y0 - side(&mut random),
            old.x1 + side(&mut random),
            old.y1 + side(&mut random),
        );
        let native = [64, 128, 512][random.below(3)];
        let mut known = vec![old];
        for frame in frame::extension(old, new, native) {
            assert!(new.contains_rect(&frame), "{frame:?} leaves {new:?}");
            // Sampled on a grid: what is known may overlap itself.
            let at = |i: i32, a: i32, b: i32| a + (b - a) * (2 * i + 1) / 60;
            let points = (0..900).map(|k| (at(k % 30, frame.x0, frame.x1), at(k / 30, frame.y0, frame.y1)));
            let there = points.filter(|(x, y)| known.iter().any(|k| k.contains(*x, *y))).count();
            assert!(there >= 270, "{old:?} {new:?} {native}: {frame:?} leans on {there}/900");
            known.push(frame);
        }
        // Every corner of a grid is covered.
        for i in 0..40 {
            for j in 0..40 {
                let x = new.x0 + (new.width() as i32 - 1) * i / 39;
                let y = new.y0 + (new.height() as i32 - 1) * j / 39;
                assert!(known.iter().any(|k| k.contains(x, y)), "{old:?} {new:?}: {x},{y} is in no frame");
            }
        }
    }
}

#[test]
fn live_painting_gives_way_to_the_next_stroke() {
    let script = Script { mishaps: vec![Mishap::Hang(2)], ..Script::default() };
    let mut studio = studio(script);
    studio.options(|o| {
        o.live.on = true;
        o.live.steps = 4;
        o.seed_locked = true;
    });
    let id = studio.editor.open().id;
    studio.until("the first preview", |e| e.generation().overlay(id).is_some());
    assert!(studio.editor.generation().progress().is_some_and(|p| p.kind == Kind::Live));
    // A change of the canvas: the job that hangs is stopped, a new one made.
    studio.act(Action::FillForeground);
    let begun = Instant::now();
    studio.until("the new picture", |e| {
        e.generation().progress().is_none() && e.generation().overlay(id).is_some()
    });
    assert!(begun.elapsed() < Duration::from_secs(5));
    // One that was stopped in its first pass, two of the new picture.
    assert_eq!(studio.passes.try_iter().count(), 3);
    studio.tick();
    // Nothing changes: nothing is made.
    for _ in 0..20 {
        studio.tick();
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(studio.passes.try_iter().count(), 0);
    let layers = studio.editor.doc().layers().len();
    studio.ask(G::AcceptLive);
    assert_eq!(studio.editor.doc().layers().len(), layers + 1);
    studio.options(|o| o.live.on = false);
    assert!(studio.editor.generation().overlay(id).is_none());
}

/// A model with a few-step network.
struct Fast;

impl ModelLore for Fast {
    fn tokens(&self, _model: &str, _text: &str) -> Option<TokenCount> {
        None
    }
    fn footprint(&self, _model: &str) -> Option<Footprint> {
        None
    }
    fn few_steps(&self, model: &str) -> Option<u32> {
        (model == "fake").then_some(3)
    }
}

#[test]
fn live_painting_takes_the_few_step_network_where_there_is_one() {
    let mut studio = studio_asking(Folders::default(), Script::default(), Some(Arc::new(Fast)));
    studio.until("what is known of the model", |e| e.generation().few_steps() == Some(3));
    studio.options(|o| {
        o.live.on = true;
        o.live.steps = 8;
    });
    let id = studio.editor.open().id;
    studio.until("the picture", |e| {
        e.generation().progress().is_none() && e.generation().overlay(id).is_some()
    });
    let live: Vec<_> = studio.passes.try_iter().collect();
    assert!(live.iter().all(|pass| pass.few_step && pass.sampler.is_none()));
    assert_eq!(studio.editor.generation().loaded(), Some("fake"));
    assert_eq!(live[0].steps, 3);
    studio.options(|o| o.live.on = false);
    // What is asked for by hand takes the whole way.
    studio.ask(G::Start);
    studio.until("a picture", |e| e.generation().candidates().len() == 1);
    assert!(studio.passes.try_iter().all(|pass| !pass.few_step && pass.steps >= 4));
}

#[test]
fn wildcards_are_chosen_by_the_seed() {
    use scumble::editor::generation::options::expand;
    assert_eq!(expand("a {red} house", 1), "a {red} house");
    let seen: std::collections::BTreeSet<String> =
        (0..64).map(|seed| expand("a {red|blue|old {wide|low}} house", seed)).collect();
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        ["a blue house", "a old low house", "a old wide house", "a red house"]
    );
    assert_eq!(expand("{a|b}", 7), expand("{a|b}", 7));
    assert_eq!(expand("{unclosed|", 7), "{unclosed|");
}

#[test]
fn without_a_backend_it_says_so() {
    let mut editor = Editor::new(Folders::default(), Settings::default(), Vec::new(), None, Arc::new(|| ()));
    editor.apply(Command::Generate(G::Start));
    assert!(matches!(editor.take_effects().as_slice(), [Effect::Tell(_)]));
}
