using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using TalkingHead.Media;

namespace TalkingHead.Provenance;

/// <summary>What there is to say about a file.</summary>
public enum Verdict
{
    /// <summary>Made by this program, signed by someone trusted, unchanged. Only this is certain.</summary>
    Certain,

    /// <summary>Made by this program by its own word and unchanged, but signed by someone unknown here: anyone can sign so.</summary>
    UnknownSigner,

    /// <summary>The credentials do not hold: the file or they were changed.</summary>
    Changed,

    /// <summary>The credentials are another program's: described, not judged.</summary>
    Foreign,

    /// <summary>No credentials, but the mark in the pixels: most likely made by this program.</summary>
    MarkOnly,

    /// <summary>No credentials and no mark, but metadata that calls the file synthetic.</summary>
    MetadataOnly,

    /// <summary>Nothing.</summary>
    Nothing,
}

/// <summary>A file, verified.</summary>
/// <param name="File">Its path.</param>
/// <param name="Verdict">In a word.</param>
/// <param name="Sentences">For people.</param>
/// <param name="Credentials">What the Content Credentials say; null without any that can be read.</param>
/// <param name="Mark">What was found of the mark; null where the file could not be decoded.</param>
public sealed record VerifiedFile(string File, Verdict Verdict, IReadOnlyList<string> Sentences, CredentialFinding? Credentials,
    MarkFinding? Mark);

/// <summary>Says of files whether this program made them, who signed them, and whether they were changed since.</summary>
/// <param name="trusted">Certificates of roots, or of signers, that count as known.</param>
public sealed class FileVerifier(IReadOnlyCollection<X509Certificate2> trusted)
{
    const int MostFrames = 256; // of a video, for the mark
    const int MetadataBytes = 1 << 20;

    readonly MarkDetector detector = new();

    /// <summary>This user's own root, where there is one, and those in PEM files.</summary>
    /// <exception cref="UserException">A file holds no certificate.</exception>
    public static FileVerifier Trusting(IEnumerable<string> files)
    {
        var trusted = new List<X509Certificate2>();
        if (SigningIdentity.LocalRoot() is { } own)
            trusted.Add(own);
        foreach (var file in files)
            trusted.AddRange(SigningIdentity.Open(file));
        return new(trusted);
    }

    /// <exception cref="UserException">The file is missing or neither a picture nor a video.</exception>
    public VerifiedFile Verify(string path, CancellationToken stop = default)
    {
        if (!File.Exists(path))
            throw new UserException($"{path}: no such file.");
        CredentialFinding? credentials = null;
        string? damage = null;
        try
        {
            credentials = CredentialReader.Read(path, trusted);
        }
        catch (BadCredentialsException e)
        {
            damage = e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read ({e.Message}).", e);
        }
        MarkFinding? mark = null;
        string? undecoded = null;
        try
        {
            mark = detector.Find(Mean(path, stop));
        }
        catch (UserException e)
        {
            if (credentials is null && damage is null)
                throw;
            undecoded = e.Message;
        }
        return Judge(path, credentials, damage, mark, undecoded);
    }

    VerifiedFile Judge(string path, CredentialFinding? credentials, string? damage, MarkFinding? mark, string? undecoded)
    {
        var sentences = new List<string>();
        Verdict verdict;
        if (damage is not null)
        {
            verdict = Verdict.Changed;
            sentences.Add($"its Content Credentials cannot be read: {damage}; nothing they say can be relied on.");
        }
        else if (credentials is null)
        {
            verdict = mark?.IsFound == true ? Verdict.MarkOnly : SaysSynthetic(path) ? Verdict.MetadataOnly : Verdict.Nothing;
            sentences.Add("no Content Credentials.");
        }
        else
        {
            verdict = credentials switch
            {
                { Failures.Count: > 0 } => Verdict.Changed,
                { IsOurs: false } or { Unchecked.Count: > 0 } => Verdict.Foreign,
                { IsTrusted: true } => Verdict.Certain,
                _ => Verdict.UnknownSigner,
            };
            sentences.AddRange(Tell(credentials));
        }
        if (undecoded is not null)
            sentences.Add($"its pixels cannot be read: {undecoded}");
        if (mark is not null)
            sentences.Add(Tell(mark));
        if (mark is { IsRead: true } && credentials is { IsOurs: true, Model: { } model }
            && model.StartsWith("head ", StringComparison.Ordinal)
            && !model.StartsWith($"head {mark.Payload:x8}", StringComparison.Ordinal))
        {
            sentences.Add("the mark names another head than the Content Credentials: one of the two was put onto the other's file.");
            verdict = verdict == Verdict.Certain ? Verdict.Changed : verdict;
        }
        if (verdict == Verdict.MetadataOnly)
            sentences.Add("its metadata calls it synthetic, unsigned: anyone can write or remove that.");
        return new(path, verdict, sentences, credentials, mark);
    }

    static IEnumerable<string> Tell(CredentialFinding credentials)
    {
        var when = credentials.When is { } time ? string.Create(CultureInfo.InvariantCulture,
            $" on {time.UtcDateTime:yyyy-MM-dd HH:mm} UTC") : "";
        var model = credentials.Model is { } name ? $" from {(name.Length > 21 ? name[..21] : name)}" : "";
        yield return $"made by {credentials.Generator}{model}{when}, by its Content Credentials.";
        var signer = credentials.IsTrusted ? "known"
            : "unknown here: anyone can sign under any name; --trust names a certificate to rely on";
        yield return credentials.Failures.Count > 0 ? $"They do not hold: {string.Join("; ", credentials.Failures)}."
            : $"Signed by {credentials.Signer} ({signer}); unchanged since.";
        if (credentials.Unchecked.Count > 0)
            yield return $"Not checked: {string.Join("; ", credentials.Unchecked)}.";
    }

    static string Tell(MarkFinding mark)
    {
        var figures = string.Create(CultureInfo.InvariantCulture,
            $"statistic {mark.Statistic:0.0}, threshold {MarkFinding.Threshold:0.0}: one unmarked file in a million reaches it");
        return !mark.IsFound ? $"No mark found in the pixels ({figures})."
            : mark.IsRead ? $"The pixels carry the mark of head {mark.Payload:x8}... ({figures})."
            : $"The pixels carry the mark, too worn to name the head ({figures}).";
    }

    static FrameMean Mean(string path, CancellationToken stop)
    {
        bool isPicture;
        try
        {
            isPicture = PictureFile.IsPicture(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read ({e.Message}).", e);
        }
        if (isPicture)
        {
            var picture = PictureFile.Load(path);
            var alone = new FrameMean(picture.Width, picture.Height);
            alone.Add(picture);
            return alone;
        }
        using var reader = VideoReader.Open(path);
        var mean = new FrameMean(reader.Width, reader.Height);
        foreach (var frame in reader.Frames(stop).Take(MostFrames))
            mean.Add(frame);
        return mean;
    }

    // The XMP packet stands near the beginning or the end.
    static bool SaysSynthetic(string path)
    {
        using var file = File.OpenRead(path);
        var part = new byte[MetadataBytes];
        var got = file.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
        if (Says(part.AsSpan(0, got)))
            return true;
        if (file.Length <= got)
            return false;
        file.Position = Math.Max(got, file.Length - MetadataBytes);
        got = file.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
        return Says(part.AsSpan(0, got));

        static bool Says(ReadOnlySpan<byte> bytes) => bytes.IndexOf("rainedAlgorithmicMedia"u8) >= 0;
    }
}
