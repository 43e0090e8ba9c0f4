//! Which graphics adapter draws the window, and what to say when there is none.

use eframe::egui_wgpu::{RenderState, WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew, wgpu};
use std::sync::Arc;

/// How the adapter is chosen: a graphics card before a chip before a software driver, and of the same kind the one
/// whose interface is the newest, but in software OpenGL first. `WGPU_BACKEND` and `WGPU_ADAPTER_NAME` choose otherwise.
pub fn configuration() -> WgpuConfiguration {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    if setup.instance_descriptor.backends.is_empty() {
        // `WGPU_BACKEND` is set and names none.
        setup.instance_descriptor.backends = wgpu::Backends::PRIMARY | wgpu::Backends::GL;
    }
    let wanted = std::env::var("WGPU_ADAPTER_NAME").ok().map(|name| name.to_lowercase());
    setup.native_adapter_selector = Some(Arc::new(move |adapters, surface| {
        let fits = |adapter: &&wgpu::Adapter| {
            let named = wanted.as_ref().is_none_or(|w| adapter.get_info().name.to_lowercase().contains(w));
            named && surface.is_none_or(|surface| adapter.is_surface_supported(surface))
        };
        let best = adapters.iter().filter(fits).min_by_key(|adapter| rank(&adapter.get_info()));
        best.cloned().ok_or_else(|| {
            let names: Vec<String> = adapters.iter().map(|a| a.get_info().name).collect();
            if names.is_empty() {
                "there is no graphics adapter".to_owned()
            } else {
                format!("none of the graphics adapters can draw in this window ({})", names.join(", "))
            }
        })
    }));
    WgpuConfiguration { wgpu_setup: WgpuSetup::CreateNew(setup), ..Default::default() }
}

/// Less is better.
fn rank(info: &wgpu::AdapterInfo) -> (u8, u8) {
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    };
    // Mesa's Vulkan in software keeps about 0.7 MB of every frame that it draws; its OpenGL does not.
    let in_software = info.device_type == wgpu::DeviceType::Cpu;
    let interface = match info.backend {
        wgpu::Backend::Gl if in_software => 0,
        wgpu::Backend::Vulkan | wgpu::Backend::Metal | wgpu::Backend::Dx12 => 1,
        wgpu::Backend::Gl => 2,
        _ => 3,
    };
    (kind, interface)
}

/// The adapter in words.
pub fn words(state: Option<&RenderState>) -> String {
    let Some(state) = state else { return "none".to_owned() };
    let info = state.adapter.get_info();
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => "graphics card",
        wgpu::DeviceType::IntegratedGpu => "graphics chip",
        wgpu::DeviceType::VirtualGpu => "virtual graphics",
        wgpu::DeviceType::Cpu => "software driver",
        wgpu::DeviceType::Other => "graphics",
    };
    let driver = [info.driver.as_str(), info.driver_info.as_str()].join(" ");
    let driver = driver.trim();
    let driver = if driver.is_empty() { String::new() } else { format!(", {driver}") };
    format!("{} ({kind}, {:?}{driver})", info.name, info.backend)
}

/// What is missing when no window could be opened.
pub fn complaint(why: &str) -> String {
    let screenless = cfg!(all(unix, not(target_os = "macos")))
        && ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .iter()
            .all(|name| std::env::var_os(name).is_none());
    if screenless {
        return "no window could be opened: there is no screen here (neither WAYLAND_DISPLAY nor DISPLAY is set). \
                Without a screen the commands of `scumble --help` work."
            .to_owned();
    }
    format!(
        "no window could be opened: {why}\n\
         A graphics driver for Vulkan, Metal, DirectX 12 or OpenGL is needed; on Linux a software driver will do \
         (package mesa-vulkan-drivers). WGPU_BACKEND=gl or =vulkan chooses between them. Without a screen the commands \
         of `scumble --help` work."
    )
}
