using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.Media;
using TalkingHead.Provenance;
using TalkingHead.Synthetic;
using TalkingHead.Tests;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Provenance;

/// <summary>Small marked and signed files of each format, made once for a class, and a chain of their own that signed them.</summary>
public sealed class SignedFiles : IDisposable
{
    internal const string HeadId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    internal static readonly string[] Names = ["a.mp4", "a.png", "a.jpg", "a.gif"];

    readonly TemporaryFolder folder = new();
    readonly SigningIdentity identity;

    public SignedFiles()
    {
        Needs.Ffmpeg();
        identity = SigningIdentity.Local(At("key"));
        Credentials = new(identity);
        Root = X509Certificate2.CreateFromPem(File.ReadAllText(At($"key/{SigningIdentity.RootFileName}")));
        Frames = [.. People(1, 128, 8)[0]];
        foreach (var name in Names)
            Write(At(name), 0);
        Write(At("other.png"), 3);
        Write(At("other.mp4"), 3);
    }

    internal ContentCredentials Credentials { get; }

    internal X509Certificate2 Root { get; }

    /// <summary>Unmarked, 128x128.</summary>
    internal Picture[] Frames { get; }

    internal static SyntheticMark Mark => SyntheticMark.For($"head {HeadId}");

    internal string At(string name) => folder.At(name);

    internal VerifiedFile Verify(string name, bool trusted = true) => new FileVerifier(trusted ? [Root] : []).Verify(At(name));

    internal VerifiedFile Verify(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return Verify(name);
    }

    void Write(string path, int from)
    {
        var pixels = PixelMark.Of(HeadId, 128);
        if (Path.GetExtension(path) is ".png" or ".jpg")
        {
            var picture = pixels.Marked(Frames[from]);
            var encoded = PictureFile.Encode(picture, path);
            File.WriteAllBytes(path, Credentials.Sign(path.EndsWith(".png", StringComparison.Ordinal) ? Mark.InPng(encoded)
                : encoded, Mark, pixelsMarked: true));
            return;
        }
        using var writer = VideoWriter.Create(path, 128, 128, new(25, 1),
            new() { Mark = Mark, Seal = file => Credentials.SignFile(file, Mark, pixelsMarked: true) });
        foreach (var frame in Frames.Skip(from))
            writer.Write(pixels.Marked(frame));
        writer.Finish();
    }

    /// <summary>Clips of made-up people.</summary>
    internal static Picture[][] People(int count, int size, int frames) =>
    [
        .. Enumerable.Range(0, count).Select(person => Array.ConvertAll(new SyntheticPopulation(4).Identity(person).Clip(0)
            .Frames(frames, size, Environment.ProcessorCount), frame => new Picture(size, size, frame.Rgb))),
    ];

    /// <summary>A certificate that signs itself or that another signs, as PEM files CERT and KEY.</summary>
    internal (string Certificate, string Key) Certificate(string name, string usage = "1.3.6.1.5.5.7.3.4", ECCurve? curve = null)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} root, O=A studio", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        using var key = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest($"CN={name}, O=A studio", key, HashAlgorithmName.SHA256);
        leaf.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        leaf.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        leaf.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(leaf.PublicKey, false));
        leaf.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        using var certificate = leaf.Create(root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddMonths(6), [1, 2, 3]);
        File.WriteAllText(At($"{name}.pem"), $"{certificate.ExportCertificatePem()}\n{root.ExportCertificatePem()}\n");
        File.WriteAllText(At($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(At($"{name}-root.pem"), root.ExportCertificatePem());
        return (At($"{name}.pem"), At($"{name}.key"));
    }

    public void Dispose()
    {
        identity?.Dispose();
        Root?.Dispose();
        folder.Dispose();
    }
}
