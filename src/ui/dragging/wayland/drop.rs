//! What goes from one window to another: our file to others, files of others to us.

use super::{Hand, Source};
use crate::io::uris;
use crate::ui::dragging::line::{Said, Voice};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{PipeReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};
use wayland_client::protocol::{
    wl_data_device::{self, EVT_DATA_OFFER_OPCODE, WlDataDevice},
    wl_data_device_manager::DndAction,
    wl_data_offer::{self, WlDataOffer},
    wl_data_source::{self, WlDataSource},
};
use wayland_client::{Connection, Dispatch, Proxy, QueueHandle, event_created_child};

/// Plain text, as programs name it.
pub const PLAIN_UTF8: &str = "text/plain;charset=utf-8";
/// The same, by those who say no more.
pub const PLAIN: &str = "text/plain";
/// How long another program may take to say what was dropped.
const PATIENCE: Duration = Duration::from_secs(5);

/// Something over the window that can be dropped.
pub struct Brought {
    offer: WlDataOffer,
    /// In logical pixels of the window.
    at: [f32; 2],
    /// It is our own picture.
    own: bool,
}

impl Hand {
    fn enter(&mut self, offer: WlDataOffer, serial: u32, at: [f32; 2]) {
        let files = self.offers.remove(&offer.id()).unwrap_or(false);
        if !files {
            offer.accept(serial, None);
            offer.destroy();
            return;
        }
        offer.accept(serial, Some(uris::MIME.to_owned()));
        offer.set_actions(DndAction::Copy, DndAction::Copy);
        self.pointer_left();
        self.brought = Some(Brought { offer, at, own: self.source.is_some() });
        self.ear.voice.say(Said::Over(Some(at)));
    }

    fn leave(&mut self) {
        if let Some(brought) = self.brought.take() {
            brought.offer.destroy();
            self.ear.voice.say(Said::Over(None));
        }
    }

    /// Takes what was dropped: of another program by a thread, for that may take its time.
    fn dropped(&mut self, connection: &Connection) {
        let Some(Brought { offer, at, own }) = self.brought.take() else { return };
        if own {
            offer.finish();
            offer.destroy();
            self.ear.voice.say(Said::Dropped(None, at));
            return;
        }
        let piped = std::io::pipe().and_then(|(from, to)| {
            offer.receive(uris::MIME.to_owned(), to.as_fd());
            connection.flush().map_err(std::io::Error::other)?;
            // The other program has the only end to write to, so that its end is seen.
            drop(to);
            let (voice, connection) = (self.ear.voice.clone(), connection.clone());
            let take = move || fetch(&offer, from, &connection, &voice, at);
            std::thread::Builder::new().name("dropped-files".to_owned()).spawn(take)
        });
        if piped.is_err() {
            self.ear.voice.say(Said::Over(None));
        }
    }
}

/// Reads the list of the files that were dropped.
fn fetch(offer: &WlDataOffer, from: PipeReader, connection: &Connection, voice: &Voice, at: [f32; 2]) {
    let list = read_all(from);
    if list.is_some() {
        offer.finish();
    }
    offer.destroy();
    let _ = connection.flush();
    voice.say(match list.map(|list| uris::decode(&list)) {
        Some(files) if !files.is_empty() => Said::Dropped(Some(files), at),
        _ => Said::Over(None),
    });
}

/// All that comes, if that is not too much and does not take too long.
fn read_all(mut from: PipeReader) -> Option<Vec<u8>> {
    let (began, mut list) = (Instant::now(), Vec::new());
    let mut part = [0; 4096];
    loop {
        let left = PATIENCE.checked_sub(began.elapsed())?;
        let left = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&from, PollFlags::IN)], Some(&left)) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return None,
        }
        match from.read(&mut part).ok()? {
            0 => return Some(list),
            n if list.len() + n > uris::MAX_BYTES => return None,
            n => list.extend_from_slice(&part[..n]),
        }
    }
}

impl Dispatch<WlDataDevice, ()> for Hand {
    fn event(
        hand: &mut Self,
        _: &WlDataDevice,
        event: wl_data_device::Event,
        (): &(),
        connection: &Connection,
        _: &QueueHandle<Self>,
    ) {
        match event {
            wl_data_device::Event::DataOffer { id } => {
                hand.offers.insert(id.id(), false);
            }
            wl_data_device::Event::Enter { serial, surface, x, y, id: Some(offer) } => {
                if surface == hand.surface {
                    hand.enter(offer, serial, [x as f32, y as f32]);
                } else {
                    hand.offers.remove(&offer.id());
                    offer.destroy();
                }
            }
            wl_data_device::Event::Motion { x, y, .. } => {
                if let Some(brought) = &mut hand.brought {
                    brought.at = [x as f32, y as f32];
                    hand.ear.voice.say(Said::Over(Some(brought.at)));
                }
            }
            wl_data_device::Event::Leave => hand.leave(),
            wl_data_device::Event::Drop => hand.dropped(connection),
            // The clipboard is not our affair.
            wl_data_device::Event::Selection { id: Some(offer) } => {
                hand.offers.remove(&offer.id());
                offer.destroy();
            }
            _ => {}
        }
    }

    event_created_child!(Hand, WlDataDevice, [EVT_DATA_OFFER_OPCODE => (WlDataOffer, ())]);
}

impl Dispatch<WlDataOffer, ()> for Hand {
    fn event(
        hand: &mut Self,
        offer: &WlDataOffer,
        event: wl_data_offer::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let wl_data_offer::Event::Offer { mime_type } = event
            && mime_type == uris::MIME
            && let Some(files) = hand.offers.get_mut(&offer.id())
        {
            *files = true;
        }
    }
}

impl Dispatch<WlDataSource, ()> for Hand {
    fn event(
        hand: &mut Self,
        proxy: &WlDataSource,
        event: wl_data_source::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let Some(Source { path, .. }) = hand.source.as_ref().filter(|s| s.source == *proxy) else { return };
        match event {
            wl_data_source::Event::Send { mime_type, fd } => {
                let text = if mime_type == uris::MIME { uris::encode(path) } else { uris::plain(path) };
                send(text, fd);
            }
            wl_data_source::Event::Cancelled | wl_data_source::Event::DndFinished => hand.cancel(),
            _ => {}
        }
    }
}

/// Writes in the background, for the other program may not read.
fn send(text: String, to: OwnedFd) {
    let _ = std::thread::Builder::new().name("dragged-file".to_owned()).spawn(move || {
        // Who hangs up does not want it.
        let _ = std::fs::File::from(to).write_all(text.as_bytes());
    });
}
