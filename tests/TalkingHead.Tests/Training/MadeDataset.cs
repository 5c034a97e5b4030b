using SkiaSharp;
using TalkingHead.Data;
using TalkingHead.Media;

namespace TalkingHead.Tests.Training;

/// <summary>
/// A small dataset of one clip a person in a temporary folder: a smooth picture of the person's own colours that moves
/// with the frame, landmarks that move with it. Every fifth person is held out.
/// </summary>
sealed class MadeDataset : IDisposable
{
    public MadeDataset(int clips, int frames, int size, int damagedClip = -1)
    {
        Folder = Directory.CreateTempSubdirectory("talkinghead-").FullName;
        using var writer = new DatasetWriter(Folder, new DatasetWriterOptions { Size = size, Recipe = "made by a test" });
        for (var clip = 0; clip < clips; clip++)
        {
            var split = clip % 5 == 4 ? Split.Test : Split.Train;
            float[] landmarks = [.. Enumerable.Range(0, frames).SelectMany(frame => Points(frame, frames, size))];
            writer.Add(new ClipRecord($"person{clip}/clip", $"person{clip}", split, "a test"),
                [.. Enumerable.Range(0, frames).Select(frame => Jpeg(clip, frame, frames, size))], landmarks);
        }
        writer.Complete();
        if (damagedClip >= 0)
            PutNaN($"person{damagedClip}/clip.landmarks.npy");
    }

    // Into the first landmark of a clip, in the shard as it lies on disk: behind a tar header and an npy header.
    void PutNaN(string member)
    {
        var shard = Directory.GetFiles(Folder, "*.tar").Single();
        var bytes = File.ReadAllBytes(shard);
        var header = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(member));
        BitConverter.TryWriteBytes(bytes.AsSpan(header + 512 + 128), float.NaN);
        File.WriteAllBytes(shard, bytes);
    }

    public string Folder { get; }

    // A ring of points that wanders from left to right.
    static IEnumerable<float> Points(int frame, int frames, int size)
    {
        for (var k = 0; k < 68; k++)
        {
            yield return (float)(size * (0.35 + 0.3 * frame / frames + 0.25 * Math.Cos(k)));
            yield return (float)(size * (0.5 + 0.3 * Math.Sin(1.3 * k)));
        }
    }

    static ReadOnlyMemory<byte> Jpeg(int clip, int frame, int frames, int size)
    {
        var picture = new Picture(size, size);
        var middle = size * (0.35 + 0.3 * frame / frames);
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
            {
                var inside = Math.Exp(-((x - middle) * (x - middle) + (y - size / 2.0) * (y - size / 2.0)) / (size * size / 16.0));
                for (var c = 0; c < 3; c++)
                    picture.Pixels[3 * (y * size + x) + c] = (byte)(40 + 200 * inside * (0.5 + 0.5 * Math.Sin(clip * (c + 1.7))));
            }
        using var bitmap = PictureFile.ToBitmap(picture);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95);
        return data!.ToArray();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
