/* face_door: finds faces and their 68 landmarks in RGB pictures, over dlib.
 *
 * Every function may be called from any thread; one detector or follower serves one thread at a time, a shape model
 * any number at once. No exception leaves the library: a function that can fail answers NULL or -1, and
 * face_last_error() then says why, for the calling thread.
 *
 * A picture is 8-bit RGB, rows top to bottom, `stride` bytes from one row to the next (at least 3 * width). The centre
 * of the top left pixel is (0, 0). A region of a picture is passed by moving `rgb` and keeping `stride`.
 */
#ifndef FACE_DOOR_H
#define FACE_DOOR_H

#include <stdint.h>

#define FACE_API __attribute__((visibility("default")))
#define FACE_DOOR_VERSION 1

#ifdef __cplusplus
extern "C" {
#endif

typedef struct { double left, top, right, bottom, score; } face_box;
typedef struct { const uint8_t* rgb; int32_t width, height, stride; } face_picture;

typedef struct face_detector face_detector; /* HOG detector of upright faces, five views from left to right */
typedef struct face_shape face_shape;       /* regression trees from a box to 68 points (Kazemi and Sullivan 2014) */
typedef struct face_follower face_follower; /* correlation filter that follows a box (Danelljan et al. 2014) */

FACE_API int32_t face_door_version(void);
FACE_API const char* face_last_error(void); /* UTF-8, valid until this thread's next call */

FACE_API face_detector* face_detector_new(void);
FACE_API void face_detector_free(face_detector*);
/* Looks for faces of about 80 pixels and more in the picture resized by `scale`. A lower `threshold` (0 is the
 * detector's own) finds more. Writes at most `capacity` boxes, best first, in the unscaled picture's pixels; answers
 * how many. */
FACE_API int32_t face_detect(face_detector*, const face_picture*, double scale, double threshold,
                             face_box* boxes, int32_t capacity);

/* Reads a dlib shape predictor file, whose counts and indices are checked: one that does not hold is refused. */
FACE_API face_shape* face_shape_load(const char* path);
FACE_API void face_shape_free(face_shape*);
FACE_API int32_t face_shape_points(const face_shape*);
/* The mean shape, where the box is the unit square: `points` pairs x, y. */
FACE_API int32_t face_shape_mean(const face_shape*, float* xy, int32_t points);
/* The points of the face in `box`, to fractions of a pixel: `points` pairs x, y. Points may lie outside the picture. */
FACE_API int32_t face_shape_fit(const face_shape*, const face_picture*, const face_box* box, float* xy, int32_t points);

FACE_API face_follower* face_follower_new(void);
FACE_API void face_follower_free(face_follower*);
FACE_API int32_t face_follower_start(face_follower*, const face_picture*, const face_box* box);
/* Finds the box in the next picture; box->score is the peak to side-lobe ratio: about 5 and less means lost. */
FACE_API int32_t face_follower_update(face_follower*, const face_picture*, face_box* box);

#ifdef __cplusplus
}
#endif
#endif
