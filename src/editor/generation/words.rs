//! How many tokens the words in hand are, counted on a thread of its own: a model's tokenizer takes a while to load.

use super::Generation;
use super::options::expand;
use crate::editor::work::Waker;
use crate::generate::prompt::TokenCount;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::sync::Arc;

/// Counts the tokens of a text as the model of that id or folder reads them; `None` if it cannot be known.
pub type CountTokens = Arc<dyn Fn(&str, &str) -> Option<TokenCount> + Send + Sync>;

/// What is counted: the words as the model gets them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Question {
    model: String,
    prompt: String,
    negative: String,
}

/// The tokens of prompt and negative prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordCount {
    /// Of what is to be painted, in its style's words.
    pub prompt: Option<TokenCount>,
    /// Of what is to be avoided.
    pub negative: Option<TokenCount>,
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

    /// Asks for a count if the words changed, and takes what was counted.
    pub(crate) fn count_words(&mut self) {
        let Some(count) = &self.count else { return };
        let options = &self.options;
        let question = Question {
            model: options.model().to_owned(),
            prompt: expand(&options.words(), options.seed),
            negative: options.avoided(),
        };
        let counter = &mut self.counter;
        if counter.asked != question || counter.questions.is_none() {
            counter.asked = question.clone();
            let (count, waker) = (count.clone(), self.waker.clone());
            let questions = counter.questions.get_or_insert_with(|| {
                let (send, receive) = unbounded();
                let (answer, answers) = unbounded();
                counter.answers = Some(answers);
                let run = move || serve(&count, &receive, &answer, &waker);
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
    count: &CountTokens,
    questions: &Receiver<Question>,
    answers: &Sender<(Question, WordCount)>,
    waker: &Waker,
) {
    while let Ok(question) = questions.recv() {
        // Who types fast is told about the last letter only.
        let question = questions.try_iter().last().unwrap_or(question);
        let of = |text: &str| {
            let run = std::panic::AssertUnwindSafe(|| count(&question.model, text));
            std::panic::catch_unwind(run).ok().flatten()
        };
        let counted = WordCount { prompt: of(&question.prompt), negative: of(&question.negative) };
        if answers.send((question, counted)).is_err() {
            break;
        }
        waker();
    }
}
