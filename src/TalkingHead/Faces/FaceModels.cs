using TalkingHead.Perception;

namespace TalkingHead.Faces;

/// <summary>Where the trackers' published files lie.</summary>
static class FaceModels
{
    const string DlibShape = "shape_predictor_68_face_landmarks.dat";

    /// <summary>dlib's 68-point model: TALKINGHEAD_DLIB_MODEL, the weights folder, or where Debian's libdlib-data puts it.</summary>
    public static string FindDlibShape()
    {
        if (Environment.GetEnvironmentVariable("TALKINGHEAD_DLIB_MODEL") is { Length: > 0 } named)
            return File.Exists(named) ? named : throw new UserException($"{named}: no such file, though TALKINGHEAD_DLIB_MODEL names it.");
        string[] places = [Path.Combine(PublishedWeights.Folder, DlibShape), $"/usr/share/dlib/{DlibShape}", $"/usr/local/share/dlib/{DlibShape}"];
        return places.FirstOrDefault(File.Exists)
            ?? throw new UserException($"{DlibShape} was found neither in {PublishedWeights.Folder} nor in /usr/share/dlib; install libdlib-data (Debian) or name the file in TALKINGHEAD_DLIB_MODEL.");
    }
}
