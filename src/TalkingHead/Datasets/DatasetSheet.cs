using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Datasets;

/// <summary>A contact sheet of a dataset: clips in rows, frames of each in pairs, without and with the landmarks drawn over.</summary>
public static class DatasetSheet
{
    const int MostRows = 12, Pairs = 4, CellSide = 128;

    /// <exception cref="UserException">A frame shown is damaged.</exception>
    public static Picture Draw(Dataset dataset)
    {
        var clips = Spread(dataset.Count, MostRows);
        return ContactSheet.Draw(
            [.. clips.Select(clip => Row(dataset, clip))],
            rowCaptions: [.. clips.Select(clip => dataset[clip].Id + (dataset.SplitOf(clip) == Split.Test ? " (test)" : ""))]);
    }

    static List<Picture> Row(Dataset dataset, int clip)
    {
        var points = dataset.ReadLandmarks(clip);
        var side = Math.Min(CellSide, dataset.Size);
        var row = new List<Picture>();
        foreach (var frame in Spread(dataset.FrameCountOf(clip), Pairs))
        {
            var picture = dataset.ReadPicture(clip, frame);
            var landmarks = Landmarks.OfFrame(points, frame);
            if (side < dataset.Size)
                (picture, landmarks) = (picture.Resize(side, side), landmarks.Crop(new(0, 0, dataset.Size, dataset.Size), side, side));
            var drawn = picture.Clone();
            LandmarkImage.Over(drawn, landmarks, new() { LineWidth = 1, InnerLips = true });
            row.AddRange([picture, drawn]);
        }

        return row;
    }

    // So many numbers below count, evenly apart.
    static int[] Spread(int count, int most) => [.. Enumerable.Range(0, Math.Min(count, most)).Select(i => (int)((2L * i + 1) * count / (2L * Math.Min(count, most))))];
}
