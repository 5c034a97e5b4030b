using System.Globalization;
using System.Text.Json;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Cli;

/// <summary>What the landmarks verb found in one file: an entry a frame, null where there was no face.</summary>
sealed class LandmarksReport(string file)
{
    int width, height;

    public string File { get; } = file;

    public List<(TrackedFace Face, Landmarks Landmarks)?> Frames { get; } = [];

    /// <summary>Frames a second of a video; 0 for a photo.</summary>
    public double Rate { get; set; }

    /// <summary>How long it took.</summary>
    public double Seconds { get; set; }

    public int Found => Frames.Count(frame => frame is not null);

    public string Summary
    {
        get
        {
            if (Rate == 0)
                return "one face";
            var detected = Frames.Count(frame => frame is { Face.Detected: true });
            return string.Create(CultureInfo.InvariantCulture, $"a face in {Found} of {Frames.Count} frames ({detected} detected, {Found - detected} followed), {Frames.Count / Math.Max(1e-9, Seconds):0.0} frames/s");
        }
    }

    public void Add(Picture frame, TrackedFace? face, Landmarks? landmarks)
    {
        (width, height) = (frame.Width, frame.Height);
        Frames.Add(face is null || landmarks is null ? null : (face, landmarks));
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("file", File);
        json.WriteNumber("width", width);
        json.WriteNumber("height", height);
        if (Rate > 0)
            json.WriteNumber("rate", Math.Round(Rate, 6));
        json.WriteStartArray("frames");
        foreach (var frame in Frames)
        {
            json.WriteStartObject();
            json.WriteBoolean("found", frame is not null);
            if (frame is { } found)
            {
                json.WriteBoolean("detected", found.Face.Detected);
                json.WriteNumber("score", Math.Round(found.Face.Score, 3));
                json.WritePropertyName("points");
                found.Landmarks.WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
