/* Lays round dabs on libmypaint's own fixed tiled surface (15-bit fixed point) and prints the seconds that it took.
 *
 * dabs <radius_px> <hardness> <opaque> <dabs per frame> <repeats>, with "x y" lines on the standard input.
 * A frame is one begin_atomic and end_atomic, which is where libmypaint lays what it was given.
 */
#include <mypaint-fixed-tiled-surface.h>
#include <mypaint-surface.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    float radius = atof(argv[1]), hardness = atof(argv[2]), opaque = atof(argv[3]);
    int frame = atoi(argv[4]), repeats = atoi(argv[5]), n = 0, size = 2048;
    static float x[100000], y[100000];
    while (n < 100000 && scanf("%f %f", &x[n], &y[n]) == 2) n++;
    MyPaintFixedTiledSurface *tiled = mypaint_fixed_tiled_surface_new(size, size);
    MyPaintSurface *surface = mypaint_fixed_tiled_surface_interface(tiled);
    printf("[");
    for (int k = 0; k < repeats; k++) {
        double start = now();
        for (int i = 0; i < n; i += frame) {
            MyPaintRectangle changed;
            mypaint_surface_begin_atomic(surface);
            for (int j = i; j < n && j < i + frame; j++)
                mypaint_surface_draw_dab(surface, x[j], y[j], radius, 0.2f, 0.4f, 0.8f, opaque, hardness,
                                         1.0f, 1.0f, 0.0f, 0.0f, 0.0f);
            mypaint_surface_end_atomic(surface, &changed);
        }
        printf("%s%.9f", k ? ", " : "", now() - start);
    }
    printf("]\n");
    mypaint_surface_unref(surface);
    return 0;
}
