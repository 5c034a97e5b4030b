// The door's points against dlib's shape predictor, on pictures of noise and boxes that reach beyond the edges.
#include "face_door.h"

#include <dlib/array2d.h>
#include <dlib/image_processing.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>

int main(int, char** arguments)
{
    face_shape* shape = face_shape_load(arguments[1]);
    if (!shape)
        return std::fprintf(stderr, "%s\n", face_last_error()), 1;
    dlib::shape_predictor reference;
    dlib::deserialize(arguments[1]) >> reference;

    std::mt19937 random(1);
    dlib::array2d<dlib::rgb_pixel> image(200, 240);
    int agree = 0, total = 0;
    for (int trial = 0; trial < 100; trial++)
    {
        for (long y = 0; y < image.nr(); y++)
            for (long x = 0; x < image.nc(); x++)
                image[y][x] = dlib::rgb_pixel(x * trial % 256, (x ^ y) & 255, random() & 63);
        const long left = static_cast<long>(random() % 200) - 40, top = static_cast<long>(random() % 160) - 40;
        const long side = 60 + static_cast<long>(random() % 100);
        const dlib::rectangle rect(left, top, left + side, top + side);
        const face_box box{double(left), double(top), double(left + side), double(top + side), 0};
        const face_picture picture{&image[0][0].red, 240, 200, 3 * 240};

        float xy[136];
        if (face_shape_fit(shape, &picture, &box, xy, 68) != 0)
            return std::fprintf(stderr, "%s\n", face_last_error()), 1;
        const dlib::full_object_detection expected = reference(image, rect);
        for (int i = 0; i < 68; i++, total++)
        {
            const double off = std::max(std::fabs(expected.part(i).x() - xy[2 * i]), std::fabs(expected.part(i).y() - xy[2 * i + 1]));
            agree += off <= 0.51;
        }
    }

    // A point on the border between two pixels may read the other one and turn at a tree: rare, and bounded here.
    std::printf("%d of %d points within rounding of dlib's\n", agree, total);
    return agree >= total * 0.97 ? 0 : 1;
}
