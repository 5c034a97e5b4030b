using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TalkingHead.Media;
using TalkingHead.Provenance;
using TalkingHead.Tests;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Provenance;

public sealed class ContentCredentialsTests(SignedFiles files) : IClassFixture<SignedFiles>
{
    public static TheoryData<string> Names => [.. SignedFiles.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void AFileIsCertainWhereItsSignerIsKnown(string name)
    {
        var verified = files.Verify(name);
        Assert.True(verified.Verdict == Verdict.Certain, string.Join(' ', verified.Sentences));
        var credentials = verified.Credentials!;
        Assert.Equal((SyntheticMark.DigitalSourceType, $"head {SignedFiles.HeadId}", true),
            (credentials.SourceType, credentials.Model, credentials.SaysMarked));
        Assert.Empty(credentials.Failures);
        Assert.Empty(credentials.Unchecked);
        Assert.InRange(DateTimeOffset.UtcNow - credentials.When!.Value, TimeSpan.FromSeconds(-1), TimeSpan.FromHours(1));
        Assert.True(verified.Mark!.IsFound, $"{verified.Mark}");
        Assert.Equal(Verdict.UnknownSigner, files.Verify(name, trusted: false).Verdict);
    }

    // MP4 leaves ftyp out of the hash, as the specification asks; everything else counts.
    [Theory]
    [MemberData(nameof(Names))]
    public void AChangedByteAnywhereIsFound(string name)
    {
        var whole = File.ReadAllBytes(files.At(name));
        var first = name.EndsWith("mp4", StringComparison.Ordinal) ? BinaryPrimitives.ReadInt32BigEndian(whole) : 0;
        for (var i = 0; i < 100; i++)
        {
            var changed = (byte[])whole.Clone();
            var at = (int)(first + (whole.Length - 1L - first) * i / 99);
            changed[at] ^= 0x10;
            Assert.True(IsNotCertain(name, changed), $"byte {at} of {whole.Length}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AFileThatIsCutOffIsNotCertain(string name)
    {
        var whole = File.ReadAllBytes(files.At(name));
        for (var i = 0; i < 40; i++)
            Assert.True(IsNotCertain(name, whole[..(int)((whole.Length - 1L) * i / 39)]), $"part {i}");
    }

    // Nothing there, something wrong or a reason why nothing can be read: no other exception, never whole.
    bool IsNotCertain(string name, byte[] bytes)
    {
        var path = files.At($"changed{Path.GetExtension(name)}");
        File.WriteAllBytes(path, bytes);
        try
        {
            return CredentialReader.Read(path, [files.Root]) is not { IsTrusted: true, Failures.Count: 0, Unchecked.Count: 0 };
        }
        catch (BadCredentialsException)
        {
            return true;
        }
    }

    [Fact]
    public void BoxesInAnotherOrderAreFound()
    {
        var whole = File.ReadAllBytes(files.At("a.mp4"));
        using var stream = new MemoryStream(whole);
        var boxes = Mp4Container.Boxes(stream);
        Assert.Equal(["ftyp", "uuid", "moov", "free", "mdat", "uuid"], boxes.Select(box => box.Type));
        byte[] moved = [.. Bytes(boxes[0]), .. Bytes(boxes[1]), .. Bytes(boxes[2]), .. Bytes(boxes[4]), .. Bytes(boxes[3]),
            .. Bytes(boxes[5])];
        Assert.Equal(["the video was changed after it was signed"], files.Verify("moved.mp4", moved).Credentials!.Failures);

        // Chunks of a PNG file: the two texts change places.
        var png = File.ReadAllBytes(files.At("a.png"));
        Assert.True(png.AsSpan().IndexOf("caBX"u8) is > 0 and var at
            && BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at - 4)) is var length && at - 4 + length + 12 is var next
            && BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(next)) + 12 is var text
                && BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(next + text)) + 12 is var other
            && files.Verify("moved.png", [.. png[..next], .. png.AsSpan(next + text, other), .. png.AsSpan(next, text),
                .. png.AsSpan(next + text + other)]) is { Verdict: Verdict.Changed });

        ReadOnlySpan<byte> Bytes(TopBox box) => whole.AsSpan((int)box.Start, (int)box.Length);
    }

    [Theory]
    [InlineData("a.png", "other.png")]
    [InlineData("a.mp4", "other.mp4")]
    public void AManifestCopiedFromAnotherFileIsFound(string from, string to)
    {
        var (manifest, start, length) = Manifest(from);
        var target = File.ReadAllBytes(files.At(to));
        var (_, place, room) = Manifest(to);
        Assert.Equal(length, room); // all manifests of a format are of one length
        manifest.CopyTo(target, place);
        Assert.Equal(start, place);
        var verified = files.Verify($"forged{Path.GetExtension(to)}", target);
        Assert.Equal(Verdict.Changed, verified.Verdict);
        Assert.Contains("was changed after it was signed", verified.Sentences[1]);
    }

    (byte[] Bytes, int Start, int Length) Manifest(string name)
    {
        var whole = File.ReadAllBytes(files.At(name));
        if (PictureContainer.TypeOf(whole) is { } type)
        {
            var place = PictureContainer.Locate(type, whole);
            return (whole[place.Start..(place.Start + place.Length)], place.Start, place.Length);
        }
        using var stream = new MemoryStream(whole);
        var box = Mp4Container.Locate(stream, Mp4Container.Boxes(stream))!.Value.Box;
        return (whole[(int)box.Start..(int)(box.Start + box.Length)], (int)box.Start, (int)box.Length);
    }

    [Fact]
    public void AHashThatLeavesOutMoreThanTheManifestIsNotCertain()
    {
        // What a signer could do: leave the picture itself out, to change it later.
        var png = PictureFile.Encode(files.Frames[0], "x.png");
        var draft = new ContentCredentials.Draft(SignedFiles.Mark, "image/png", PixelsMarked: false);
        var chunk = Manifest(4_000);
        chunk = Manifest(chunk.Length);
        byte[] signed = [.. png[..33], .. chunk, .. png[33..]];
        signed[^100] ^= 1; // in the picture
        var open = files.Verify("open.png", signed);
        Assert.Equal((Verdict.Foreign, 0), (open.Verdict, open.Credentials!.Failures.Count));
        Assert.Equal([$"{png.Length - 33:N0} bytes that the hash leaves out beside the manifest"], open.Credentials.Unchecked);

        byte[] Manifest(int length) => PictureContainer.Wrap("image/png",
            files.Credentials.Build(draft, ContentCredentials.DataHashLabel, CborTree.Map(
            ("exclusions", new object?[] { CborTree.Map(("start", 33), ("length", length + png.Length - 33)) }),
            ("alg", "sha256"), ("hash", SHA256.HashData(png.AsSpan(0, 33))), ("pad", Array.Empty<byte>()))));
    }

    [Fact]
    public void TwoManifestsAreRefused()
    {
        var signed = File.ReadAllBytes(files.At("a.png"));
        // Two manifests: which one counts would be a matter of the reader.
        var place = PictureContainer.Locate("image/png", signed);
        byte[] twice = [.. signed[..place.Start], .. signed.AsSpan(place.Start, place.Length), .. signed[place.Start..]];
        var verified = files.Verify("twice.png", twice);
        Assert.Equal((Verdict.Changed, true), (verified.Verdict,
            verified.Sentences[0].Contains("two manifest stores", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("FFFFFFFF6A756D62", "says that it has")] // a size beyond the end
    [InlineData("000000086A756D62", "is cut off")] // nothing in it
    [InlineData("0000000C6A756D6200000000", "is cut off")]
    [InlineData("0000001066747970AAAAAAAAAAAAAAAA", "instead of \"jumb\"")]
    public void HostileBoxesGiveASentence(string hexadecimal, string expected)
    {
        var png = PictureFile.Encode(files.Frames[0], "x.png");
        var chunk = PictureContainer.Wrap("image/png", Convert.FromHexString(hexadecimal));
        var verified = files.Verify("hostile.png", [.. png[..33], .. chunk, .. png[33..]]);
        Assert.Equal(Verdict.Changed, verified.Verdict);
        Assert.Contains(expected, verified.Sentences[0]);
    }

    [Fact]
    public void BoxesAndValuesWithinEachOtherWithoutEndAreRefused()
    {
        var box = Jumbf.Super("c2pa", "c2pa");
        for (var i = 0; i < 1000; i++)
            box = Jumbf.Super("c2ma", "m", box);
        Assert.Contains("deep in each other", Assert.Throws<BadCredentialsException>(() => Jumbf.Parse(box)).Message);
        byte[] lists = [.. Enumerable.Repeat((byte)0x81, 100_000), 0]; // CBOR: lists of one
        Assert.Contains("nested", Assert.Throws<BadCredentialsException>(() => CborTree.Decode(lists, "it")).Message);
        byte[] long_ = [0x5B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0]; // a byte string of eight exabytes
        Assert.Throws<BadCredentialsException>(() => CborTree.Decode(long_, "it"));
    }

    [Fact]
    public void CredentialsOfOthersAreDescribedNotJudged()
    {
        var png = files.Credentials.Sign(PictureFile.Encode(files.Frames[0], "x.png"),
            new SyntheticMark("Another program 3.1", "a model"));
        var verified = files.Verify("foreign.png", png);
        Assert.Equal(Verdict.Foreign, verified.Verdict);
        Assert.Contains("made by Another program 3.1 from a model", verified.Sentences[0]);
    }

    [Fact]
    public void AFileWithoutAnythingIsSaidToHaveNothing()
    {
        var verified = files.Verify("plain.png", PictureFile.Encode(files.Frames[0], "x.png"));
        Assert.Equal(Verdict.Nothing, verified.Verdict);
        Assert.Equal("no Content Credentials.", verified.Sentences[0]);
        Assert.Contains("No mark found", verified.Sentences[1]);
        Assert.Contains("no such file", Assert.Throws<UserException>(() => files.Verify("missing.png")).Message);
        File.WriteAllText(files.At("words.txt"), "not a picture");
        Assert.Throws<UserException>(() => files.Verify("words.txt"));
    }

    [Fact]
    public void WordsInMetadataAloneProveNothing()
    {
        var verified = files.Verify("words.png", SignedFiles.Mark.InPng(PictureFile.Encode(files.Frames[0], "x.png")));
        Assert.Equal(Verdict.MetadataOnly, verified.Verdict);
        Assert.Contains("anyone can write or remove that", verified.Sentences[^1]);
    }

    [Fact]
    public void AMarkThatNamesAnotherHeadIsFound()
    {
        var png = files.Credentials.Sign(PictureFile.Encode(PixelMark.Of("fedcba9876543210", 128).Marked(files.Frames[0]), "x.png"),
            SignedFiles.Mark, pixelsMarked: true);
        var verified = files.Verify("swapped.png", png);
        Assert.Equal(Verdict.Changed, verified.Verdict);
        Assert.Contains("names another head", verified.Sentences[^1]);
    }
}

/// <summary>The key and certificates that sign.</summary>
public sealed class SigningIdentityTests(SignedFiles files) : IClassFixture<SignedFiles>
{
    [Fact]
    public void TheLocalChainIsMadeOnceAndOnlyItsOwnerReadsIt()
    {
        using var folder = new TemporaryFolder();
        string[] leaves = [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ =>
        {
            using var identity = SigningIdentity.Local(folder.At("key"));
            Assert.True(identity.IsLocal);
            return identity.Chain.Single().Thumbprint;
        })];
        Assert.Single(leaves.Distinct());
        Assert.Equal(["root.pem", "signing.pem"], Directory.GetFiles(folder.At("key")).Select(Path.GetFileName).Order());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.At("key/signing.pem")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.At("key")));
        }
        Assert.Single(Regex.Matches(File.ReadAllText(folder.At("key/signing.pem")), "BEGIN PRIVATE KEY")); // the leaf's: the root's is gone

        File.WriteAllText(folder.At("key/signing.pem"), "no key");
        Assert.Contains("the file is damaged", Assert.Throws<UserException>(() => SigningIdentity.Local(folder.At("key"))).Message);
        File.WriteAllText(folder.At("file"), "");
        Assert.Contains("cannot be kept", Assert.Throws<UserException>(() => SigningIdentity.Local(folder.At("file"))).Message);
    }

    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public void OnesOwnCertificateSigns(string curve)
    {
        var (certificate, key) = files.Certificate(curve, curve: ECCurve.CreateFromFriendlyName(curve));
        var png = ContentCredentials.Open(certificate, key).Sign(PictureFile.Encode(files.Frames[0], "x.png"), SignedFiles.Mark);
        File.WriteAllBytes(files.At($"{curve}.png"), png);
        Assert.Equal(Verdict.UnknownSigner, files.Verify($"{curve}.png").Verdict);
        var known = FileVerifier.Trusting([files.At($"{curve}-root.pem")]).Verify(files.At($"{curve}.png"));
        Assert.Equal((Verdict.Certain, curve), (known.Verdict, known.Credentials!.Signer));
        Assert.DoesNotContain($"{curve} root", Encoding.Latin1.GetString(png.AsSpan(0, 500)));
    }

    [Fact]
    public void WhatCannotSignIsRefusedWithItsReason()
    {
        var (certificate, key) = files.Certificate("good");
        var (server, serverKey) = files.Certificate("server", usage: "1.3.6.1.5.5.7.3.1");
        Says("extended key usage", server, serverKey);
        Says("no unencrypted PEM key of the first certificate", certificate, serverKey);
        Says("holds no certificate", key, key);
        Says("cannot be read", files.At("missing.pem"), key);
        Says("expected two files", certificate);

        static void Says(string words, params string[] given)
        {
            var mistake = Assert.Throws<UserException>(() => ContentCredentials.Open(given));
            Assert.Contains(words, mistake.Message);
            Assert.Equal(2, mistake.ExitCode);
        }
    }
}
