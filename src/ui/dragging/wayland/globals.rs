//! The seats: their pointers, for the numbers of presses, and their data devices.

use super::{Hand, Seat};
use wayland_client::globals::GlobalListContents;
use wayland_client::protocol::{
    wl_data_device_manager::WlDataDeviceManager,
    wl_pointer::{self, ButtonState, WlPointer},
    wl_registry::{self, WlRegistry},
    wl_seat::{self, Capability, WlSeat},
};
use wayland_client::{Connection, Dispatch, Proxy, QueueHandle, WEnum, delegate_noop};

/// The first button, as Linux numbers it.
const BTN_LEFT: u32 = 0x110;

impl Hand {
    /// Listens to a seat, if the global is one.
    pub fn add_seat(
        &mut self,
        registry: &WlRegistry,
        name: u32,
        interface: &str,
        handle: &QueueHandle<Self>,
    ) {
        if interface == WlSeat::interface().name {
            let seat: WlSeat = registry.bind(name, 1, handle, ());
            let device = self.manager.get_data_device(&seat, handle, ());
            self.seats.push(Seat { seat, device, pointer: None, press: None });
        }
    }
}

impl Dispatch<WlRegistry, GlobalListContents> for Hand {
    fn event(
        hand: &mut Self,
        registry: &WlRegistry,
        event: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        handle: &QueueHandle<Self>,
    ) {
        if let wl_registry::Event::Global { name, interface, .. } = event {
            hand.add_seat(registry, name, &interface, handle);
        }
    }
}

impl Dispatch<WlSeat, ()> for Hand {
    fn event(
        hand: &mut Self,
        proxy: &WlSeat,
        event: wl_seat::Event,
        (): &(),
        _: &Connection,
        handle: &QueueHandle<Self>,
    ) {
        let wl_seat::Event::Capabilities { capabilities: WEnum::Value(capabilities) } = event else { return };
        let Some(seat) = hand.seats.iter_mut().find(|s| s.seat == *proxy) else { return };
        if !capabilities.contains(Capability::Pointer) {
            seat.pointer = None;
            seat.press = None;
        } else if seat.pointer.is_none() {
            seat.pointer = Some(proxy.get_pointer(handle, ()));
        }
    }
}

impl Dispatch<WlPointer, ()> for Hand {
    fn event(
        hand: &mut Self,
        proxy: &WlPointer,
        event: wl_pointer::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let Some(seat) = hand.seats.iter_mut().find(|s| s.pointer.as_ref() == Some(proxy)) else { return };
        match event {
            wl_pointer::Event::Button { serial, button: BTN_LEFT, state, .. } => {
                seat.press = (state == WEnum::Value(ButtonState::Pressed)).then_some(serial);
            }
            wl_pointer::Event::Leave { .. } => {
                seat.press = None;
                hand.pointer_left();
            }
            _ => {}
        }
    }
}

delegate_noop!(Hand: ignore WlDataDeviceManager);
