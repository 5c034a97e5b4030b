// dlib's configuration header turns BLAS and LAPACK on for what is compiled here too. The matrices of a detector and a
// follower are tiny: dlib's own loops serve, and no BLAS starts threads of its own. Included before any other header.
#pragma once

#include <dlib/assert.h>
#include <dlib/test_for_odr_violations.h>

#undef DLIB_USE_BLAS
#undef DLIB_USE_LAPACK
