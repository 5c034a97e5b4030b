#include "guard.h"

#include <dlib/image_transforms/fhog.h> // before the tracker, which uses it
#include <dlib/image_processing/correlation_tracker.h>

struct face_follower
{
    dlib::correlation_tracker filter;
    gray_image gray;
    bool started = false;
};

extern "C" face_follower* face_follower_new(void)
{
    return guard<face_follower*>(nullptr, [] { return new face_follower; });
}

extern "C" void face_follower_free(face_follower* follower)
{
    delete follower;
}

extern "C" int32_t face_follower_start(face_follower* follower, const face_picture* picture, const face_box* box)
{
    return guard(-1, [&] {
        require(follower, "no follower");
        check(picture);
        check(box);
        follower->started = false;
        to_gray(*picture, 1, follower->gray);
        follower->filter.start_track(follower->gray, dlib::drectangle(box->left, box->top, box->right, box->bottom));
        follower->started = true;
        return 0;
    });
}

extern "C" int32_t face_follower_update(face_follower* follower, const face_picture* picture, face_box* box)
{
    return guard(-1, [&] {
        require(follower && follower->started, "the follower was given no box to start from");
        check(picture);
        require(box, "no room for the box");
        to_gray(*picture, 1, follower->gray);
        const double score = follower->filter.update(follower->gray);
        const dlib::drectangle at = follower->filter.get_position();
        *box = {at.left(), at.top(), at.right(), at.bottom(), score};
        return 0;
    });
}
