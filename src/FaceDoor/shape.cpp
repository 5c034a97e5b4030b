// dlib's shape predictor file, read with checks (dlib's own reader trusts the counts and indices in the file), and its
// cascade, evaluated to fractions of a pixel (dlib's own rounds the points to whole ones, which makes a still face
// tremble).
#include "guard.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <vector>

namespace
{
// dlib's portable encoding: an integer is a byte of sign and length, then its bytes, low first; a float is a mantissa
// and a binary exponent.
class reader
{
    std::vector<unsigned char> bytes;
    size_t at = 0;

public:
    explicit reader(const char* path)
    {
        std::ifstream file(path, std::ios::binary | std::ios::ate);
        require(file.good(), "the file cannot be opened");
        const std::streamoff size = file.tellg();
        require(size > 0 && size <= (std::streamoff{1} << 29), "the file is empty or larger than 512 MiB");
        bytes.resize(static_cast<size_t>(size));
        file.seekg(0);
        file.read(reinterpret_cast<char*>(bytes.data()), size);
        require(file.good(), "the file cannot be read");
    }

    int64_t integer()
    {
        require(at < bytes.size(), "the file ends early");
        const unsigned char head = bytes[at++];
        const unsigned length = head & 0x0f;
        require(length >= 1 && length <= 8 && (head & 0x70) == 0 && bytes.size() - at >= length,
                "the file is damaged or no dlib shape predictor");
        uint64_t value = 0;
        for (unsigned i = 0; i < length; i++)
            value |= static_cast<uint64_t>(bytes[at++]) << (8 * i);
        require(value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()), "the file holds a number too large");
        return head & 0x80 ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
    }

    int count(int most)
    {
        const int64_t value = integer();
        require(value >= 0 && value <= most, "the file is damaged: a count or index is out of range");
        return static_cast<int>(value);
    }

    float real()
    {
        const int64_t mantissa = integer(), exponent = integer();
        const float value = exponent >= -1000 && exponent <= 1000
            ? static_cast<float>(std::ldexp(static_cast<double>(mantissa), static_cast<int>(exponent)))
            : std::numeric_limits<float>::quiet_NaN();
        require(std::isfinite(value), "the file is damaged: a number is not finite");
        return value;
    }

    // A column of floats as dlib writes a matrix: rows and columns, negated to mark the format.
    void column(float* to, int length)
    {
        const int64_t rows = integer(), columns = integer();
        require((rows < 0 ? -rows : rows) == length && (columns < 0 ? -columns : columns) == 1,
                "the file is damaged: a vector has the wrong length");
        for (int i = 0; i < length; i++)
            to[i] = real();
    }
};

struct split
{
    uint16_t first, second;
    float threshold;
};

struct pixel
{
    int anchor;
    float x, y;
};

struct stage
{
    std::vector<pixel> pixels;
    std::vector<split> splits;  // trees * splits_per_tree
    std::vector<float> leaves;  // trees * leaves_per_tree * 2 * points
};

constexpr int most_stages = 100, most_trees = 5000, most_leaves = 1024, most_points = 1000, most_pixels = 65535;

struct similarity
{
    float a, b; // (x, y) -> (a x - b y, b x + a y)
};

// The rotation and scale that best carry `from` onto `to`, both about their means.
similarity between(const std::vector<float>& from, const std::vector<float>& to)
{
    double mean[4] = {};
    const size_t n = from.size() / 2;
    for (size_t i = 0; i < n; i++)
    {
        mean[0] += from[2 * i];
        mean[1] += from[2 * i + 1];
        mean[2] += to[2 * i];
        mean[3] += to[2 * i + 1];
    }
    for (double& m : mean)
        m /= static_cast<double>(n);

    double dot = 0, cross = 0, norm = 0;
    for (size_t i = 0; i < n; i++)
    {
        const double x = from[2 * i] - mean[0], y = from[2 * i + 1] - mean[1];
        const double u = to[2 * i] - mean[2], v = to[2 * i + 1] - mean[3];
        dot += x * u + y * v;
        cross += x * v - y * u;
        norm += x * x + y * y;
    }
    return norm > 0 ? similarity{static_cast<float>(dot / norm), static_cast<float>(cross / norm)} : similarity{1, 0};
}
}

struct face_shape
{
    int points = 0, trees = 0, leaves = 0;
    std::vector<float> mean; // 2 * points
    std::vector<stage> stages;
};

namespace
{
void read_forests(reader& in, face_shape& shape)
{
    for (stage& s : shape.stages)
    {
        const int trees = in.count(most_trees);
        require(trees > 0 && (shape.trees == 0 || trees == shape.trees), "the file is damaged: a stage lacks trees");
        shape.trees = trees;
        for (int t = 0; t < trees; t++)
        {
            const int splits = in.count(most_leaves - 1);
            require(splits > 0 && ((splits + 1) & splits) == 0 && (shape.leaves == 0 || splits + 1 == shape.leaves),
                    "the file is damaged: a tree is not whole");
            shape.leaves = splits + 1;
            for (int i = 0; i < splits; i++)
            {
                const int first = in.count(most_pixels), second = in.count(most_pixels);
                s.splits.push_back({static_cast<uint16_t>(first), static_cast<uint16_t>(second), in.real()});
            }
            require(in.count(most_leaves) == shape.leaves, "the file is damaged: a tree lacks leaves");
            for (int leaf = 0; leaf < shape.leaves; leaf++)
            {
                const size_t start = s.leaves.size();
                s.leaves.resize(start + 2 * static_cast<size_t>(shape.points));
                in.column(s.leaves.data() + start, 2 * shape.points);
            }
        }
        s.leaves.shrink_to_fit();
    }
}

void read_pixels(reader& in, face_shape& shape)
{
    require(in.count(most_stages) == static_cast<int>(shape.stages.size()), "the file is damaged: stages differ");
    for (stage& s : shape.stages)
    {
        s.pixels.resize(in.count(most_pixels));
        for (pixel& p : s.pixels)
            p.anchor = in.count(shape.points - 1);
    }
    require(in.count(most_stages) == static_cast<int>(shape.stages.size()), "the file is damaged: stages differ");
    for (stage& s : shape.stages)
    {
        require(in.count(most_pixels) == static_cast<int>(s.pixels.size()), "the file is damaged: pixels differ");
        for (pixel& p : s.pixels)
        {
            p.x = in.real();
            p.y = in.real();
        }
        for (const split& each : s.splits)
            require(each.first < s.pixels.size() && each.second < s.pixels.size(),
                    "the file is damaged: a tree compares a pixel that is not there");
    }
}
}

extern "C" face_shape* face_shape_load(const char* path)
{
    return guard<face_shape*>(nullptr, [&] {
        require(path, "no path");
        reader in(path);
        auto shape = std::make_unique<face_shape>();
        require(in.integer() == 1, "the file is no dlib shape predictor of version 1");
        const int64_t rows = in.integer(), columns = in.integer();
        const int64_t length = rows < 0 ? -rows : rows;
        require(length >= 4 && length % 2 == 0 && length <= 2 * most_points && (columns == 1 || columns == -1),
                "the file is no dlib shape predictor");
        shape->points = static_cast<int>(length / 2);
        shape->mean.resize(static_cast<size_t>(length));
        for (float& value : shape->mean)
            value = in.real();

        shape->stages.resize(in.count(most_stages));
        require(!shape->stages.empty(), "the file holds no stages");
        read_forests(in, *shape);
        read_pixels(in, *shape);
        return shape.release();
    });
}

extern "C" void face_shape_free(face_shape* shape)
{
    delete shape;
}

extern "C" int32_t face_shape_points(const face_shape* shape)
{
    return guard(-1, [&] {
        require(shape, "no shape model");
        return shape->points;
    });
}

extern "C" int32_t face_shape_mean(const face_shape* shape, float* xy, int32_t points)
{
    return guard(-1, [&] {
        require(shape && xy && points == shape->points, "the room for points must match the shape model's");
        std::memcpy(xy, shape->mean.data(), shape->mean.size() * sizeof(float));
        return 0;
    });
}

extern "C" int32_t face_shape_fit(const face_shape* shape, const face_picture* picture, const face_box* box, float* xy,
                                  int32_t points)
{
    return guard(-1, [&] {
        require(shape && xy && points == shape->points, "the room for points must match the shape model's");
        check(picture);
        check(box);
        const float left = static_cast<float>(box->left), width = static_cast<float>(box->right - box->left);
        const float top = static_cast<float>(box->top), height = static_cast<float>(box->bottom - box->top);

        std::vector<float> current = shape->mean, values;
        const size_t length = current.size();
        for (const stage& s : shape->stages)
        {
            // The grey value under each of the stage's pixels, carried along with the shape as it is now.
            const similarity turn = between(shape->mean, current);
            values.resize(s.pixels.size());
            for (size_t i = 0; i < values.size(); i++)
            {
                const pixel& p = s.pixels[i];
                const float u = current[2 * p.anchor] + turn.a * p.x - turn.b * p.y;
                const float v = current[2 * p.anchor + 1] + turn.b * p.x + turn.a * p.y;
                const float x = std::floor(left + width * u + 0.5f), y = std::floor(top + height * v + 0.5f);
                values[i] = 0;
                if (x >= 0 && y >= 0 && x < picture->width && y < picture->height)
                {
                    const uint8_t* rgb = picture->rgb + static_cast<int64_t>(y) * picture->stride + 3 * static_cast<int64_t>(x);
                    values[i] = static_cast<float>((rgb[0] + rgb[1] + rgb[2]) / 3);
                }
            }

            const size_t inner = static_cast<size_t>(shape->leaves) - 1;
            for (int tree = 0; tree < shape->trees; tree++)
            {
                const split* splits = s.splits.data() + tree * inner;
                size_t node = 0;
                while (node < inner)
                    node = 2 * node + (values[splits[node].first] - values[splits[node].second] > splits[node].threshold ? 1 : 2);
                const float* leaf = s.leaves.data() + (tree * (inner + 1) + node - inner) * length;
                for (size_t i = 0; i < length; i++)
                    current[i] += leaf[i];
            }
        }

        for (size_t i = 0; i < length; i += 2)
        {
            xy[i] = left + width * current[i];
            xy[i + 1] = top + height * current[i + 1];
        }
        return 0;
    });
}
