//! The canvas on the GPU: three textures, one pipeline, one triangle. All state here can be dropped at any moment; the
//! tiles of [`crate::editor::display`] are the truth.

use super::torus::Upload;
use crossbeam_channel::Receiver;
use eframe::egui_wgpu::{self, CallbackResources, CallbackTrait, ScreenDescriptor, wgpu};

/// Bytes of the uniform block: ten vectors of four numbers.
pub const UNIFORM_BYTES: usize = 10 * 16;
/// The textures: of the picture (two, which take turns), of the selection, of the change mask.
pub const SELECTION: usize = 2;
/// See [`SELECTION`].
pub const CHANGE: usize = 3;
const SIDE: u32 = crate::document::TILE as u32;

/// A message to the textures, in the order in which they were sent.
pub enum Message {
    /// All textures have this many tiles a side from now on, and hold nothing.
    Resize(u32),
    /// A tile.
    Tile(Upload),
}

/// What the renderer keeps between frames.
pub struct CanvasGpu {
    messages: Receiver<Message>,
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    uniforms: wgpu::Buffer,
    textures: Option<[wgpu::Texture; 4]>,
    groups: Option<[wgpu::BindGroup; 2]>,
}

impl CanvasGpu {
    /// Makes the pipeline for the window's renderer.
    pub fn new(state: &egui_wgpu::RenderState, messages: Receiver<Message>) -> Self {
        let device = &state.device;
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("canvas"),
            source: wgpu::ShaderSource::Wgsl(include_str!("canvas.wgsl").into()),
        });
        let texture = |binding| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty: wgpu::BindingType::Texture {
                multisampled: false,
                sample_type: wgpu::TextureSampleType::Float { filterable: true },
                view_dimension: wgpu::TextureViewDimension::D2,
            },
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("canvas"),
            entries: &[
                wgpu::BindGroupLayoutEntry {
                    binding: 0,
                    visibility: wgpu::ShaderStages::FRAGMENT,
                    ty: wgpu::BindingType::Buffer {
                        ty: wgpu::BufferBindingType::Uniform,
                        has_dynamic_offset: false,
                        min_binding_size: wgpu::BufferSize::new(UNIFORM_BYTES as u64),
                    },
                    count: None,
                },
                texture(1),
                texture(2),
                texture(4),
                wgpu::BindGroupLayoutEntry {
                    binding: 3,
                    visibility: wgpu::ShaderStages::FRAGMENT,
                    ty: wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
                    count: None,
                },
            ],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("canvas"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("canvas"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vertex"),
                buffers: &[],
                compilation_options: wgpu::PipelineCompilationOptions::default(),
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fragment"),
                targets: &[Some(wgpu::ColorTargetState {
                    format: state.target_format,
                    blend: None,
                    write_mask: wgpu::ColorWrites::ALL,
                })],
                compilation_options: wgpu::PipelineCompilationOptions::default(),
            }),
            multiview_mask: None,
            cache: None,
        });
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("canvas"),
            address_mode_u: wgpu::AddressMode::Repeat,
            address_mode_v: wgpu::AddressMode::Repeat,
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("canvas"),
            size: UNIFORM_BYTES as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self { messages, pipeline, layout, sampler, uniforms, textures: None, groups: None }
    }

    fn resize(&mut self, device: &wgpu::Device, tiles: u32) {
        let texture = |format| {
            device.create_texture(&wgpu::TextureDescriptor {
                label: Some("canvas"),
                size: wgpu::Extent3d { width: tiles * SIDE, height: tiles * SIDE, depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format,
                usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
                view_formats: &[],
            })
        };
        let picture = wgpu::TextureFormat::Rgba8Unorm;
        let textures = [
            texture(picture),
            texture(picture),
            texture(wgpu::TextureFormat::R8Unorm),
            texture(wgpu::TextureFormat::R8Unorm),
        ];
        let views = textures.each_ref().map(|t| t.create_view(&wgpu::TextureViewDescriptor::default()));
        let group = |shown: usize| {
            let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("canvas"),
                layout: &self.layout,
                entries: &[
                    entry(0, self.uniforms.as_entire_binding()),
                    entry(1, wgpu::BindingResource::TextureView(&views[shown])),
                    entry(2, wgpu::BindingResource::TextureView(&views[SELECTION])),
                    entry(3, wgpu::BindingResource::Sampler(&self.sampler)),
                    entry(4, wgpu::BindingResource::TextureView(&views[CHANGE])),
                ],
            })
        };
        self.groups = Some([group(0), group(1)]);
        self.textures = Some(textures);
    }

    fn upload(&self, queue: &wgpu::Queue, upload: &Upload) {
        let Some(texture) = self.textures.as_ref().and_then(|t| t.get(upload.texture)) else { return };
        let bytes = if upload.texture >= SELECTION { 1 } else { 4 };
        let empty;
        let data = match &upload.tile {
            Some(tile) => &tile[..],
            None => {
                empty = vec![0u8; (SIDE * SIDE * bytes) as usize];
                &empty[..]
            }
        };
        queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                texture,
                mip_level: 0,
                origin: wgpu::Origin3d { x: upload.x * SIDE, y: upload.y * SIDE, z: 0 },
                aspect: wgpu::TextureAspect::All,
            },
            data,
            wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(SIDE * bytes),
                rows_per_image: Some(SIDE),
            },
            wgpu::Extent3d { width: SIDE, height: SIDE, depth_or_array_layers: 1 },
        );
    }
}

/// One frame of the canvas.
pub struct Draw {
    /// The uniform block.
    pub uniforms: [u8; UNIFORM_BYTES],
    /// Which texture shows the picture.
    pub shown: usize,
}

impl CallbackTrait for Draw {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(gpu) = resources.get_mut::<CanvasGpu>() {
            while let Ok(message) = gpu.messages.try_recv() {
                match message {
                    Message::Resize(tiles) => gpu.resize(device, tiles),
                    Message::Tile(upload) => gpu.upload(queue, &upload),
                }
            }
            queue.write_buffer(&gpu.uniforms, 0, &self.uniforms);
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: eframe::egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(gpu) = resources.get::<CanvasGpu>()
            && let Some(groups) = &gpu.groups
        {
            pass.set_pipeline(&gpu.pipeline);
            pass.set_bind_group(0, &groups[self.shown], &[]);
            pass.draw(0..3, 0..1);
        }
    }
}
