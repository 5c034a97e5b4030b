// What every function of the door shares: the error of the thread, and the checks of what a caller hands in.
#pragma once

#include "face_door.h"

#include <dlib/array2d.h>

#include <cmath>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

std::string& last_error();

// Runs `body`; an exception becomes `failed` and the thread's error.
template <typename Result, typename Body>
Result guard(Result failed, Body body) noexcept
{
    try
    {
        return body();
    }
    catch (const std::bad_alloc&)
    {
        last_error() = "out of memory";
    }
    catch (const std::exception& e)
    {
        last_error() = e.what();
    }
    return failed;
}

inline void require(bool holds, const char* otherwise)
{
    if (!holds)
        throw std::invalid_argument(otherwise);
}

inline void check(const face_picture* picture)
{
    require(picture && picture->rgb, "no picture");
    require(picture->width > 0 && picture->height > 0 && picture->width <= 32768 && picture->height <= 32768,
            "a picture's sides must be 1 to 32768");
    require(picture->stride >= 3 * picture->width, "a picture's stride must be at least 3 times its width");
}

inline void check(const face_box* box)
{
    require(box && std::isfinite(box->left) && std::isfinite(box->top) && box->right > box->left && box->bottom > box->top
                && std::fabs(box->left) < 1e6 && std::fabs(box->top) < 1e6 && box->right < 1e6 && box->bottom < 1e6,
            "a box must have left < right and top < bottom within a million pixels");
}

using gray_image = dlib::array2d<unsigned char>;

// The picture in grey, resized: halved by averaging as often as it goes, then bilinear.
void to_gray(const face_picture& picture, double scale, gray_image& gray);
