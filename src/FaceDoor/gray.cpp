#include "guard.h"

#include <algorithm>
#include <vector>

std::string& last_error()
{
    thread_local std::string text;
    return text;
}

namespace
{
struct plane
{
    int width, height;
    std::vector<unsigned char> at;
};

plane luma(const face_picture& picture)
{
    plane out{picture.width, picture.height, {}};
    out.at.resize(static_cast<size_t>(out.width) * out.height);
    for (int y = 0; y < out.height; y++)
    {
        const uint8_t* from = picture.rgb + static_cast<int64_t>(y) * picture.stride;
        unsigned char* to = out.at.data() + static_cast<size_t>(y) * out.width;
        for (int x = 0; x < out.width; x++, from += 3)
            to[x] = static_cast<unsigned char>((from[0] + from[1] + from[2]) / 3);
    }
    return out;
}

plane halve(const plane& in)
{
    plane out{std::max(1, in.width / 2), std::max(1, in.height / 2), {}};
    out.at.resize(static_cast<size_t>(out.width) * out.height);
    for (int y = 0; y < out.height; y++)
    {
        const unsigned char* above = in.at.data() + static_cast<size_t>(std::min(2 * y, in.height - 1)) * in.width;
        const unsigned char* below = in.at.data() + static_cast<size_t>(std::min(2 * y + 1, in.height - 1)) * in.width;
        unsigned char* to = out.at.data() + static_cast<size_t>(y) * out.width;
        for (int x = 0; x < out.width; x++)
        {
            const int left = std::min(2 * x, in.width - 1), right = std::min(2 * x + 1, in.width - 1);
            to[x] = static_cast<unsigned char>((above[left] + above[right] + below[left] + below[right] + 2) / 4);
        }
    }
    return out;
}

// Where each output pixel's centre falls between two input pixels, the weight of the second in 1/256.
struct tap
{
    int first, second, weight;
};

std::vector<tap> taps(int in, int out)
{
    std::vector<tap> all(out);
    for (int i = 0; i < out; i++)
    {
        const double at = std::clamp((i + 0.5) * in / out - 0.5, 0.0, in - 1.0);
        const int first = static_cast<int>(at);
        all[i] = {first, std::min(first + 1, in - 1), static_cast<int>((at - first) * 256 + 0.5)};
    }
    return all;
}
}

void to_gray(const face_picture& picture, double scale, gray_image& gray)
{
    require(std::isfinite(scale) && scale > 0 && scale <= 16, "the scale must be above 0 and at most 16");
    const double width = std::max(1.0, std::round(picture.width * scale));
    const double height = std::max(1.0, std::round(picture.height * scale));
    require(width * height <= 64e6, "the resized picture would exceed 64 million pixels");

    plane source = luma(picture);
    while (scale <= 0.5)
    {
        source = halve(source);
        scale *= 2;
    }

    gray.set_size(static_cast<long>(height), static_cast<long>(width));
    const std::vector<tap> columns = taps(source.width, static_cast<int>(width));
    const std::vector<tap> rows = taps(source.height, static_cast<int>(height));
    for (size_t y = 0; y < rows.size(); y++)
    {
        const tap row = rows[y];
        const unsigned char* above = source.at.data() + static_cast<size_t>(row.first) * source.width;
        const unsigned char* below = source.at.data() + static_cast<size_t>(row.second) * source.width;
        unsigned char* to = &gray[static_cast<long>(y)][0];
        for (size_t x = 0; x < columns.size(); x++)
        {
            const tap column = columns[x];
            const int upper = above[column.first] * (256 - column.weight) + above[column.second] * column.weight;
            const int lower = below[column.first] * (256 - column.weight) + below[column.second] * column.weight;
            to[x] = static_cast<unsigned char>((upper * (256 - row.weight) + lower * row.weight + 32768) >> 16);
        }
    }
}
