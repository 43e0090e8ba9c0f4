//! What is known of a model without running it: how many tokens the words in hand are, how much memory it takes. Asked on
//! a thread of its own: a tokenizer takes a while to load.

use super::Generation;
use super::options::expand;
use crate::editor::work::Waker;
use crate::generate::memory::Footprint;
use crate::generate::prompt::TokenCount;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::sync::Arc;

/// What can be asked about models, by id or folder. Answers may take long; `None` = nobody knows.
pub trait ModelLore: Send + Sync {
    /// The tokens of a text as the model reads them.
    fn tokens(&self, model: &str, text: &str) -> Option<TokenCount>;
    /// What memory the model takes.
    fn footprint(&self, model: &str) -> Option<Footprint>;
    /// Steps of the model's few-step network; `None` where it has none.
    fn few_steps(&self, model: &str) -> Option<u32> {
        let _ = model;
        None
    }
}

/// Who can be asked.
pub type AskModels = Arc<dyn ModelLore>;

/// What is counted: the words as the model gets them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Question {
    model: String,
    prompt: String,
    negative: String,
}

/// The tokens of prompt and negative prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordCount {
    /// Of what is to be painted, in its style's words.
    pub prompt: Option<TokenCount>,
    /// Of what is to be avoided.
    pub negative: Option<TokenCount>,
    /// What memory the model takes.
    pub footprint: Option<Footprint>,
    /// Steps of its few-step network.
    pub few_steps: Option<u32>,
}

/// The counter, seen from the editor.
#[derive(Default)]
pub(super) struct Counter {
    asked: Question,
    /// None before the first question: the thread begins with it.
    questions: Option<Sender<Question>>,
    answers: Option<Receiver<(Question, WordCount)>>,
    known: Option<(Question, WordCount)>,
}

impl Generation {
    /// The tokens of the words in hand; `None` until they are counted, or if nobody can count.
    pub fn word_count(&self) -> Option<&WordCount> {
        self.counter.known.as_ref().filter(|(of, _)| *of == self.counter.asked).map(|(_, count)| count)
    }

    /// What memory the chosen model takes.
    pub(super) fn footprint(&self) -> Option<&Footprint> {
        let (of, known) = self.counter.known.as_ref()?;
        known.footprint.as_ref().filter(|_| of.model == self.options.model())
    }

    /// Steps of the chosen model's few-step network, if it is known to have one.
    pub fn few_steps(&self) -> Option<u32> {
        let (of, known) = self.counter.known.as_ref()?;
        known.few_steps.filter(|_| of.model == self.options.model())
    }

    /// Asks for a count if the words changed, and takes what was counted.
    pub(crate) fn count_words(&mut self) {
        let Some(ask) = &self.ask else { return };
        let options = &self.options;
        let question = Question {
            model: options.model().to_owned(),
            prompt: expand(&options.words(), options.seed),
            negative: options.avoided(),
        };
        let counter = &mut self.counter;
        if counter.asked != question || counter.questions.is_none() {
            counter.asked = question.clone();
            let (ask, waker) = (ask.clone(), self.waker.clone());
            let questions = counter.questions.get_or_insert_with(|| {
                let (send, receive) = unbounded();
                let (answer, answers) = unbounded();
                counter.answers = Some(answers);
                let run = move || serve(&ask, &receive, &answer, &waker);
                // Without a thread nothing is counted, and the panel says nothing.
                drop(std::thread::Builder::new().name("scumble-words".into()).spawn(run));
                send
            });
            let _ = questions.send(question);
        }
        if let Some(answer) = counter.answers.as_ref().and_then(|a| a.try_iter().last()) {
            counter.known = Some(answer);
        }
    }
}

fn serve(
    ask: &AskModels,
    questions: &Receiver<Question>,
    answers: &Sender<(Question, WordCount)>,
    waker: &Waker,
) {
    // A model does not change while it is chosen.
    let mut files: Option<(String, Option<Footprint>, Option<u32>)> = None;
    while let Ok(question) = questions.recv() {
        // Who types fast is told about the last letter only.
        let question = questions.try_iter().last().unwrap_or(question);
        let of = |text: &str| {
            let run = std::panic::AssertUnwindSafe(|| ask.tokens(&question.model, text));
            std::panic::catch_unwind(run).ok().flatten()
        };
        if files.as_ref().is_none_or(|(of, ..)| *of != question.model) {
            let look = || (ask.footprint(&question.model), ask.few_steps(&question.model));
            let (footprint, few) =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(look)).unwrap_or_default();
            files = Some((question.model.clone(), footprint, few));
        }
        let counted = WordCount {
            prompt: of(&question.prompt),
            negative: of(&question.negative),
            footprint: files.as_ref().and_then(|(_, footprint, _)| footprint.clone()),
            few_steps: files.as_ref().and_then(|(.., few)| *few),
        };
        if answers.send((question, counted)).is_err() {
            break;
        }
        waker();
    }
}
