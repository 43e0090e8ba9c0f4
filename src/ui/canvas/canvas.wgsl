// The canvas: page, checkerboard, picture, selection outline, pixel grid. All colours are sRGB-encoded; textures hold
// premultiplied colours. Positions are canvas pixels counted from an origin that the program takes out beforehand, a
// multiple of the textures' period, so that single precision is enough anywhere on the unbounded canvas.

struct View {
    // xy: canvas pixels per physical pixel to the right, zw: per physical pixel down.
    steps: vec4<f32>,
    // xy: canvas position of the view's top left, zw: where that is in the window, in physical pixels.
    offset: vec4<f32>,
    // x0, y0, x1, y1 of the page.
    page: vec4<f32>,
    // x: physical pixels per canvas pixel, y: 1 / canvas pixels that a texture covers, z: canvas pixels per texel.
    scale: vec4<f32>,
    // x: 1 for the pixel grid, y: 1 if there is a selection, z: phase of its outline, w: 1 if the target is linear.
    flags: vec4<f32>,
    // Around the page.
    around: vec4<f32>,
    // Squares of the checkerboard; w of the first: their size in physical pixels.
    light: vec4<f32>,
    dark: vec4<f32>,
    // The edge of the page.
    edge: vec4<f32>,
    // The veil of the change mask; w: how strongly it covers, 0 = there is none.
    veil: vec4<f32>,
};

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var picture: texture_2d<f32>;
@group(0) @binding(2) var selection: texture_2d<f32>;
@group(0) @binding(3) var smooth_sampler: sampler;
@group(0) @binding(4) var change: texture_2d<f32>;

@vertex
fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    // One triangle over the whole viewport.
    let x = f32(i32(index & 1u) * 4 - 1);
    let y = f32(i32(index >> 1u) * 4 - 1);
    return vec4<f32>(x, y, 0.0, 1.0);
}

fn to_linear(c: vec3<f32>) -> vec3<f32> {
    return select(pow((c + 0.055) / 1.055, vec3(2.4)), c / 12.92, c <= vec3(0.04045));
}

fn selected(p: vec2<f32>) -> bool {
    return textureSampleLevel(selection, smooth_sampler, p * view.scale.y, 0.0).r > 0.5;
}

@fragment
fn fragment(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {
    let s = at.xy - view.offset.zw;
    let p = view.offset.xy + view.steps.xy * s.x + view.steps.zw * s.y;
    let zoom = view.scale.x;
    let inside = all(p >= view.page.xy) && all(p < view.page.zw);

    // The ground: around the page, or squares that keep their size on the screen.
    let squares = floor(s / view.light.w);
    let odd = abs(squares.x + squares.y) % 2.0;
    let ground = select(view.around.rgb, mix(view.light.rgb, view.dark.rgb, odd), inside);

    // The picture: smooth when small; when large, crisp pixels with edges of one screen pixel.
    var q = p / view.scale.z;
    let texel_zoom = zoom * view.scale.z;
    if texel_zoom > 1.0 {
        let seam = floor(q + 0.5);
        q = seam + clamp((q - seam) * texel_zoom, vec2(-0.5), vec2(0.5));
    }
    let color = textureSampleLevel(picture, smooth_sampler, q * view.scale.z * view.scale.y, 0.0);
    var rgb = color.rgb + ground * (1.0 - color.a);

    // The veil: stripes, so that it is told from paint.
    if view.veil.w > 0.0 {
        let strength = textureSampleLevel(change, smooth_sampler, p * view.scale.y, 0.0).r;
        let stripe = select(0.75, 1.0, fract((s.x - s.y) / 12.0) < 0.5);
        rgb = mix(rgb, view.veil.rgb, strength * view.veil.w * stripe);
    }

    // A line of one screen pixel around the page.
    let margin = 1.0 / zoom;
    if !inside && all(p >= view.page.xy - margin) && all(p < view.page.zw + margin) {
        rgb = view.edge.rgb;
    }

    // The grid of pixels.
    if view.flags.x > 0.5 && zoom >= 8.0 && inside {
        let cell = abs(fract(p) - 0.5);
        if max(cell.x, cell.y) > 0.5 - 0.5 / zoom {
            rgb = mix(rgb, vec3(0.5), 0.4);
        }
    }

    // The outline of the selection: where coverage crosses one half between neighbouring screen pixels.
    if view.flags.y > 0.5 {
        let here = selected(p);
        if here != selected(p + view.steps.xy) || here != selected(p + view.steps.zw) {
            let phase = fract((s.x + s.y) / 10.0 - view.flags.z);
            rgb = select(vec3(1.0), vec3(0.0), phase < 0.5);
        }
    }

    if view.flags.w > 0.5 {
        rgb = to_linear(rgb);
    }
    return vec4<f32>(rgb, 1.0);
}
