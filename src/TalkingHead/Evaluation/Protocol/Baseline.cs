using System.Globalization;
using System.IO.Hashing;
using System.Text.Json;
using System.Text.RegularExpressions;
using TalkingHead.Data;
using TalkingHead.Media;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>
/// Frames that another system made for the protocol's people, which become rows of the same table: one picture, of the run's
/// size, for each T, person and driver frame, such as <c>t8/person-0003/007.png</c> (<see cref="ProtocolExport"/>).
/// </summary>
/// <param name="Name">The row's name.</param>
/// <param name="Folder">Where its pictures are.</param>
public sealed partial record Baseline(string Name, string Folder)
{
    /// <summary>Reads "NAME=DIR".</summary>
    /// <exception cref="UserException">Not of this form, or the name of a method of this evaluation.</exception>
    public static Baseline Parse(string text)
    {
        var equals = text.IndexOf('=');
        var (name, folder) = equals < 0 ? (text, "") : (text[..equals], text[(equals + 1)..]);
        if (folder == "" || !Names().IsMatch(name))
            throw UserException.Usage($"--baseline {text}: expected NAME=DIR, the name of letters, digits, - and _, a letter first, such "
                + $"as first-order=made/fomm.");
        return Method.IsOwn(name) ? throw UserException.Usage($"--baseline {text}: {name} is a row of every evaluation; expected "
            + $"another name.") : new(name, folder);
    }

    /// <summary>Where a system puts a frame, without the ending.</summary>
    internal static string Place(int shots, int person, int frame) =>
        string.Create(CultureInfo.InvariantCulture, $"t{shots}/{PersonFolder(person)}/{frame:D3}");

    internal static string PersonFolder(int person) => string.Create(CultureInfo.InvariantCulture, $"person-{person:D4}");

    /// <summary>What decides its figures: a hash of every picture that is used.</summary>
    /// <exception cref="UserException">A picture is missing or cannot be read.</exception>
    internal string Digest(IReadOnlyList<int> shots, int people, int frames)
    {
        var hash = new XxHash3();
        foreach (var path in from count in shots
                             from person in Enumerable.Range(0, people)
                             from frame in Enumerable.Range(0, frames)
                             select Find(count, person, frame))
        {
            try
            {
                using var file = File.OpenRead(path);
                hash.Append(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UserException($"{path}: cannot be read: {e.Message}", e);
            }
        }
        return Checksum.Hex(hash.GetCurrentHashAsUInt64());
    }

    /// <summary>A person's frames, in the driver's order.</summary>
    /// <exception cref="UserException">A picture is missing, damaged or of another size.</exception>
    internal IReadOnlyList<Picture> Load(int shots, int person, int frames, int size) => [.. Enumerable.Range(0, frames).Select(frame =>
    {
        var path = Find(shots, person, frame);
        var picture = Picture.Load(path);
        return (picture.Width, picture.Height) == (size, size) ? picture
            : throw new UserException($"{path}: is {picture.Width}x{picture.Height}; the evaluation's frames are {size}x{size}.");
    })];

    string Find(int shots, int person, int frame)
    {
        var place = Place(shots, person, frame);
        return PictureFile.Endings.Select(ending => Path.Combine(Folder, place + ending)).FirstOrDefault(File.Exists)
            ?? throw new UserException($"{Folder}: holds no {place}.png; a baseline has a picture for each T, person and driver frame that "
                + $"evaluate --export-protocol writes, with the same --shots, --identities, --holdout and --seed.");
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]*$")]
    private static partial Regex Names();
}

/// <summary>
/// The protocol's frames as files, so that any system can be run on them: for each person <c>source/</c> (of T shots the first
/// T), <c>driver/</c> and, where people drive themselves, <c>truth/</c>, lossless; protocol.json says who and which frames.
/// </summary>
static class ProtocolExport
{
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="plan">The people.</param>
    /// <param name="settings">Of the evaluation.</param>
    /// <param name="size">Pixels of a frame's side.</param>
    /// <param name="frames">A clip's frames of those numbers, as the evaluation takes them.</param>
    /// <exception cref="UserException">The folder cannot be written.</exception>
    internal static void Write(string folder, IReadOnlyList<IdentityPlan> plan, EvaluationSettings settings, int size,
        Func<IdentityPlan, IReadOnlyList<int>, IReadOnlyList<Picture>> frames)
    {
        EvaluationFolder.Guarded(folder, "--export-protocol", () =>
        {
            for (var person = 0; person < plan.Count; person++)
            {
                var driver = settings.DriverOf(plan, person);
                Save(person, "source", frames(plan[person], plan[person].Sources));
                Save(person, "driver", frames(driver, driver.HoldOut));
                if (!settings.Cross)
                    Save(person, "truth", frames(driver, driver.HoldOut));
            }
            var manifest = new
            {
                Format = "talkinghead-protocol 1",
                Mode = settings.Mode,
                Size = size,
                settings.Shots,
                settings.HoldOut,
                settings.Seed,
                Expected = "t<T>/person-<number>/<frame>.png: for each T the driver's frames in order, with the person of source/, whose "
                    + "first T pictures may be looked at",
                People = plan.Select((person, i) => new
                {
                    Folder = Baseline.PersonFolder(i), person.Identity, person.Clip,
                    Driver = settings.DriverOf(plan, i).Clip, person.Sources, settings.DriverOf(plan, i).HoldOut
                }),
            };
            EvaluationFolder.WriteText(Path.Combine(folder, "protocol.json"),
                JsonSerializer.Serialize(manifest, EvaluationFolder.Json) + "\n");
        });

        void Save(int person, string part, IReadOnlyList<Picture> pictures)
        {
            var place = Path.Combine(folder, Baseline.PersonFolder(person), part);
            Directory.CreateDirectory(place);
            for (var i = 0; i < pictures.Count; i++)
                pictures[i].Save(Path.Combine(place, string.Create(CultureInfo.InvariantCulture, $"{i:D3}.png")));
        }
    }
}
