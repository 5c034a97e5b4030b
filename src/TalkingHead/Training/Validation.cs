using TalkingHead.Data;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>
/// How well people whom training never sees come out feed-forward (paper, FF): SSIM, PSNR and L1 of generated target
/// frames beside two simple rows that a useful model beats, and whether person and pose each decide what is drawn.
/// </summary>
public sealed class Validation
{
    readonly IReadOnlyList<HeldOutClip> clips;
    readonly Device device;
    readonly IReadOnlyList<KeyValuePair<string, double>> simpleRows;

    internal Validation(IReadOnlyList<HeldOutClip> clips, Device device)
    {
        (this.clips, this.device) = (clips, device);
        using var scope = NewDisposeScope();
        simpleRows =
        [
            .. Scores("copy_nearest", clip => stack([.. clip.Nearest.Select(place => PictureTensor.ToBytes([clip.Sources[place]])[0])])),
            .. Scores("mean_frame", clip => PictureTensor.ToBytes(clip.Sources).to(ScalarType.Float32).mean([0],
                keepdim: true).round().to(ScalarType.Byte).expand([clip.Targets.Count, -1, -1, -1])),
        ];
    }

    /// <summary>Identities there are to validate on.</summary>
    public int Identities => clips.Count;

    /// <summary>All figures by name, in a fixed order.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Run(PersonNetworks networks)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return [.. Scores("feed_forward", clip => PictureTensor.Quantize(Generate(networks, clip, clip)).cpu()), .. simpleRows,
            .. Influence(networks)];
    }

    /// <summary>A sheet: sources, a landmark image, the output, the truth, and the output for the next person's landmarks.</summary>
    public Picture Sheet(PersonNetworks networks, int most)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var rows = clips.Take(most).Select((clip, row) =>
        {
            var middle = clip.Targets.Count / 2;
            var driver = clips[(row + 1) % clips.Count];
            var driven = driver.Targets.Count / 2;
            return (IReadOnlyList<Picture?>)
            [
                .. Enumerable.Range(0, 3).Select(place => clip.Sources[place * (clip.Sources.Count - 1) / 2]),
                clip.TargetLandmarks[middle], PictureTensor.ToPictures(Generate(networks, clip, clip))[middle], clip.Targets[middle],
                driver.TargetLandmarks[driven], PictureTensor.ToPictures(Generate(networks, clip, driver))[driven],
            ];
        });
        return ContactSheet.Draw([.. rows], ["source", "source", "source", "landmarks", "output", "truth", "another's", "output"],
            [.. clips.Take(most).Select(clip => clip.Identity)]);
    }

    // The person of one clip in the poses of another, (T,3,S,S) in [-1,1].
    Tensor Generate(PersonNetworks networks, HeldOutClip person, HeldOutClip driver)
    {
        using var scope = NewDisposeScope();
        var sources = PictureTensor.ToTensor(person.Sources, device).unsqueeze(0);
        var landmarks = PictureTensor.ToTensor(person.SourceLandmarks, device).unsqueeze(0);
        var psi = networks.Generator.Project(networks.Embedder.call(sources, landmarks), sources, landmarks);
        return networks.Generator.call(PictureTensor.ToTensor(driver.TargetLandmarks, device), psi).MoveToOuterDisposeScope();
    }

    // Means over all frames of all clips; generate gives uint8 pictures (T,3,S,S) on the CPU.
    IEnumerable<KeyValuePair<string, double>> Scores(string row, Func<HeldOutClip, Tensor> generate)
    {
        List<double> ssim = [], psnr = [], l1 = [];
        foreach (var clip in clips)
        {
            using var scope = NewDisposeScope();
            Tensor fake = generate(clip), real = PictureTensor.ToBytes(clip.Targets);
            ssim.AddRange(Ssim.Compute(fake, real).data<double>().ToArray());
            psnr.AddRange(Psnr.Compute(fake, real).data<double>().ToArray());
            l1.AddRange(L1.Compute(fake, real).Mul(255).data<double>().ToArray());
        }
        yield return new($"{row}_ssim", ssim.Average());
        yield return new($"{row}_psnr", psnr.Where(double.IsFinite).DefaultIfEmpty(double.PositiveInfinity).Average());
        yield return new($"{row}_l1", l1.Average());
    }

    // How far outputs differ (mean absolute, 0..255) when only the person is another, and when only the pose is.
    IEnumerable<KeyValuePair<string, double>> Influence(PersonNetworks networks)
    {
        if (clips.Count < 2)
            yield break;
        List<double> person = [], pose = [];
        for (var k = 0; k < clips.Count; k++)
        {
            using var scope = NewDisposeScope();
            Tensor own = Generate(networks, clips[k], clips[k]), other = Generate(networks, clips[(k + 1) % clips.Count], clips[k]);
            person.Add((own - other).abs().mean().Mul(127.5).item<float>());
            pose.Add((own - own.roll([1], [0])).abs().mean().Mul(127.5).item<float>());
        }
        yield return new("person_influence", person.Average());
        yield return new("pose_influence", pose.Average());
    }
}

/// <summary>A clip of a person whom training never sees: source frames that show who, and other frames as targets.</summary>
sealed class HeldOutClip
{
    const int MostSources = 8, MostTargets = 8;

    /// <param name="dataset">Where the clip is; its frames are read here, once.</param>
    /// <param name="clip">Its number, of a clip with two frames or more.</param>
    /// <param name="drawing">How landmarks are drawn in training.</param>
    public HeldOutClip(Dataset dataset, int clip, LandmarkDrawing drawing)
    {
        Identity = dataset[clip].Identity;
        int frames = dataset.FrameCountOf(clip), sources = Math.Min(MostSources, frames / 2);
        var faces = dataset.ReadFaces(clip);
        var source = Spread(frames, sources);
        var target = Spread(frames - sources, Math.Min(MostTargets, frames - sources))
            .Select(place => Enumerable.Range(0, frames).Except(source).ElementAt(place)).ToArray();
        Sources = [.. source.Select(Picture)];
        SourceLandmarks = [.. source.Select(Drawn)];
        Targets = [.. target.Select(Picture)];
        TargetLandmarks = [.. target.Select(Drawn)];
        Landmarks[] shown = [.. source.Select(Face)];
        Nearest = [.. target.Select(frame => Face(frame).Nearest(shown))];

        Picture Picture(int frame) => dataset.ReadPicture(clip, frame);

        Picture Drawn(int frame) => LandmarkImage.Draw(Face(frame), dataset.Size, dataset.Size, drawing);

        Landmarks Face(int frame) => faces[frame];
    }

    public string Identity { get; }

    public IReadOnlyList<Picture> Sources { get; }

    public IReadOnlyList<Picture> SourceLandmarks { get; }

    public IReadOnlyList<Picture> Targets { get; }

    public IReadOnlyList<Picture> TargetLandmarks { get; }

    /// <summary>For each target the source frame whose landmarks are closest: what copying it would show.</summary>
    public IReadOnlyList<int> Nearest { get; }

    /// <summary>One clip of each of the first <paramref name="most"/> held-out identities.</summary>
    public static IReadOnlyList<HeldOutClip> Select(Dataset dataset, int most, LandmarkDrawing drawing) =>
    [
        .. Enumerable.Range(0, dataset.Count)
            .Where(clip => dataset.SplitOf(clip) == Split.Test && dataset.FrameCountOf(clip) >= 2)
            .DistinctBy(clip => dataset[clip].Identity)
            .Take(most)
            .Select(clip => new HeldOutClip(dataset, clip, drawing)),
    ];

    // Numbers below count, evenly apart.
    static int[] Spread(int count, int wanted) => [.. Enumerable.Range(0, wanted).Select(k => (int)((k + 0.5) * count / wanted))];
}
