#include "guard.h"

#include <dlib/image_processing/frontal_face_detector.h>

#include <algorithm>
#include <memory>
#include <vector>

struct face_detector
{
    dlib::frontal_face_detector hog = dlib::get_frontal_face_detector();
    gray_image gray;
};

extern "C" int32_t face_door_version(void)
{
    return FACE_DOOR_VERSION;
}

extern "C" const char* face_last_error(void)
{
    return last_error().c_str();
}

extern "C" face_detector* face_detector_new(void)
{
    return guard<face_detector*>(nullptr, [] { return new face_detector; });
}

extern "C" void face_detector_free(face_detector* detector)
{
    delete detector;
}

extern "C" int32_t face_detect(face_detector* detector, const face_picture* picture, double scale, double threshold,
                               face_box* boxes, int32_t capacity)
{
    return guard(-1, [&] {
        require(detector, "no detector");
        check(picture);
        require(std::isfinite(threshold), "the threshold must be a finite number");
        require(boxes && capacity > 0, "no room for boxes");

        to_gray(*picture, scale, detector->gray);
        std::vector<dlib::rect_detection> found;
        detector->hog(detector->gray, found, threshold);
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
            return a.detection_confidence > b.detection_confidence;
        });

        // The resized picture's sides are whole pixels, so the true scale may differ a little from the one asked.
        const double across = static_cast<double>(picture->width) / detector->gray.nc();
        const double down = static_cast<double>(picture->height) / detector->gray.nr();
        const int32_t count = std::min<int32_t>(capacity, static_cast<int32_t>(found.size()));
        for (int32_t i = 0; i < count; i++)
        {
            const dlib::rectangle& r = found[i].rect;
            boxes[i] = {(r.left() + 0.5) * across - 0.5, (r.top() + 0.5) * down - 0.5, (r.right() + 0.5) * across - 0.5,
                        (r.bottom() + 0.5) * down - 0.5, found[i].detection_confidence};
        }
        return count;
    });
}
