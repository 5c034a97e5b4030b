using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using TalkingHead.Media;

namespace TalkingHead.Provenance;

/// <summary>
/// Signs what a model made: Content Credentials (C2PA 2.x, https://spec.c2pa.org), a claim with who made the file, from
/// which head and when, bound to the file's bytes and signed with COSE.
/// </summary>
/// <param name="identity">Who signs; stays the caller's.</param>
public sealed class ContentCredentials(SigningIdentity identity)
{
    internal const string ClaimLabel = "c2pa.claim.v2", SignatureLabel = "c2pa.signature", AssertionsLabel = "c2pa.assertions",
        ActionsLabel = "c2pa.actions.v2", IngredientLabel = "c2pa.ingredient.v3", DataHashLabel = "c2pa.hash.data",
            BmffHashLabel = "c2pa.hash.bmff.v3";

    internal const int X5Chain = 33; // RFC 9360

    /// <summary>By one's own certificate and key, or by this user's local chain, made now where there is none.</summary>
    /// <param name="certificateAndKey">Two PEM files; none for the local chain.</param>
    /// <exception cref="UserException">These are not two, or cannot sign; or the local chain cannot be kept.</exception>
    public static ContentCredentials Open(params string[] certificateAndKey) => new(certificateAndKey switch
    {
        [] => SigningIdentity.Local(),
        [var certificate, var key] => SigningIdentity.Open(certificate, key),
        _ => throw UserException.Usage(
            $"--sign-with {string.Join(' ', certificateAndKey)}: expected two files, a certificate and its key."),
    });

    /// <summary>Writes a PNG file with its XMP packet and credentials, whole or not at all.</summary>
    public void Save(Picture picture, string path, SyntheticMark mark) => PictureFile.Save(picture, path, mark, bytes => Sign(bytes, mark));

    /// <summary>A picture file's bytes with credentials in them; of a format that has no place for them, as they are.</summary>
    /// <param name="picture">PNG, JPEG or GIF.</param>
    /// <param name="mark">What made it.</param>
    /// <param name="pixelsMarked">Whether its pixels carry the mark.</param>
    public byte[] Sign(byte[] picture, SyntheticMark mark, bool pixelsMarked = false)
    {
        if (PictureContainer.TypeOf(picture) is not { } type)
            return picture;
        var place = PictureContainer.Locate(type, picture);
        if (place.Store is not null)
            throw new ArgumentException("The picture has credentials already.", nameof(picture));
        var hash = SHA256.HashData(picture); // what surrounds the manifest is all of it
        var draft = new Draft(mark, type, pixelsMarked);
        byte[] chunk = [];
        int length;
        do // the manifest holds its own length: until that stays
        {
            length = chunk.Length;
            chunk = PictureContainer.Wrap(type, Store(length));
        }
        while (chunk.Length != length);
        return [.. picture.AsSpan(0, place.Start), .. chunk, .. picture.AsSpan(place.Start)];

        byte[] Store(int covered) => Build(draft, DataHashLabel, CborTree.Map(
            ("exclusions", new object?[] { CborTree.Map(("start", place.Start), ("length", covered)) }),
            ("name", "jumbf manifest"), ("alg", "sha256"), ("hash", hash), ("pad", new byte[8])));
    }

    /// <summary>Who signs and by whose choice, for the log.</summary>
    public string Signer => identity.IsLocal
        ? $"signed by {identity.Name} (your own chain in {SigningIdentity.Folder}; --sign-with names another)"
        : $"signed by {identity.Name} (as asked)";

    /// <summary>Signs a file in place, whatever its name: MP4, PNG, JPEG or GIF. Nobody else may have it open.</summary>
    /// <param name="path">A complete file that has not yet its final name.</param>
    /// <param name="mark">What made it.</param>
    /// <param name="pixelsMarked">Whether its pixels carry the mark.</param>
    /// <exception cref="UserException">The file's boxes leave no room for credentials.</exception>
    public void SignFile(string path, SyntheticMark mark, bool pixelsMarked = false)
    {
        bool isMp4;
        using (var file = File.OpenRead(path))
        {
            Span<byte> head = stackalloc byte[8];
            isMp4 = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && Mp4Container.Looks(head);
        }
        if (!isMp4)
        {
            File.WriteAllBytes(path, Sign(File.ReadAllBytes(path), mark, pixelsMarked));
            return;
        }
        var signed = path + "-signed";
        try
        {
            using (var from = File.OpenRead(path))
            using (var to = new FileStream(signed, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 20))
                SignMp4(from, to, new(mark, "video/mp4", pixelsMarked));
            File.Move(signed, path, overwrite: true);
        }
        catch (BadCredentialsException e)
        {
            throw new UserException($"{path}: Content Credentials cannot be put into this file: {e.Message}.", e);
        }
        finally
        {
            File.Delete(signed);
        }
    }

    void SignMp4(Stream from, Stream to, Draft draft)
    {
        var length = Mp4Container.Wrap(Build(draft, BmffHashLabel, Mp4Container.Binding(new byte[32]))).Length;
        var room = Mp4Container.CopyWithRoom(from, to, length);
        to.Flush();
        // Room that is not yet a box cannot be read as one.
        to.Position = room;
        to.Write(Mp4Container.Wrap(new byte[length - Mp4Container.Wrap([]).Length]));
        to.Flush();
        var boxes = Mp4Container.Boxes(to);
        var hash = Mp4Container.Hash(to, boxes, box => box.Start <= room || box.Type == "mfra", HashAlgorithmName.SHA256);
        var box = Mp4Container.Wrap(Build(draft, BmffHashLabel, Mp4Container.Binding(hash)));
        if (box.Length != length)
            throw new InvalidOperationException($"The credentials took {box.Length} bytes, not the {length} kept for them.");
        to.Position = room;
        to.Write(box);
    }

    // What stays the same when a manifest is built again with another hash.
    internal sealed record Draft(SyntheticMark Mark, string Type, bool PixelsMarked)
    {
        internal string Label { get; } = $"urn:c2pa:{Guid.NewGuid()}";

        internal string Instance { get; } = $"xmp:iid:{Guid.NewGuid()}";

        internal DateTimeOffset When { get; } = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    internal byte[] Build(Draft draft, string bindingLabel, Dictionary<string, object?> binding)
    {
        var (name, version) = draft.Mark.Program;
        var generator = CborTree.Map(("name", name), ("version", version));
        var ingredient = Assertion(IngredientLabel, CborTree.Map(
            ("dc:title", draft.Mark.Model), ("relationship", "inputTo"), ("description", "The model that generated this file."),
            ("dataTypes", new object?[] { CborTree.Map(("type", "c2pa.types.model")) })));
        var created = CborTree.Map(("action", "c2pa.created"), ("when", draft.When), ("softwareAgent", generator),
            ("digitalSourceType", draft.Mark.SourceType),
            ("parameters", CborTree.Map(("ingredients", new object?[] { Reference(IngredientLabel, ingredient) }))));
        var marked = CborTree.Map(("action", "c2pa.watermarked.unbound"), ("when", draft.When), ("softwareAgent", generator));
        object?[] all = draft.PixelsMarked ? [created, marked] : [created];
        var actions = Assertion(ActionsLabel, CborTree.Map(("actions", all), ("allActionsIncluded", true)));
        var bound = Assertion(bindingLabel, binding);

        object?[] references = [Reference(IngredientLabel, ingredient), Reference(ActionsLabel, actions), Reference(bindingLabel, bound)];
        var claim = CborTree.Encode(CborTree.Map(
            ("instanceID", draft.Instance), ("claim_generator_info", generator),
            ("signature", $"self#jumbf=/c2pa/{draft.Label}/{SignatureLabel}"),
            ("created_assertions", references), ("alg", "sha256")));
        return Jumbf.Super("c2pa", "c2pa", Jumbf.Super("c2ma", draft.Label,
            Jumbf.Super("c2as", AssertionsLabel, ingredient, actions, bound),
            Jumbf.Cbor("c2cl", ClaimLabel, claim),
            Jumbf.Cbor("c2cs", SignatureLabel, Signature(claim))));
    }

    static byte[] Assertion(string label, Dictionary<string, object?> content) => Jumbf.Cbor("cbor", label, CborTree.Encode(content));

    static Dictionary<string, object?> Reference(string label, byte[] assertion) =>
        CborTree.Map(("url", $"self#jumbf={AssertionsLabel}/{label}"), ("hash", SHA256.HashData(Jumbf.Hashed(assertion))));

    // COSE_Sign1, tag 18, the claim detached (RFC 9052, 4.2); the root stays out of the chain.
    byte[] Signature(byte[] claim)
    {
        object?[] chain = [.. identity.Chain.Select(certificate => certificate.RawData)];
        var encoded = CborTree.Encode(chain.Length == 1 ? chain[0] : chain);
        var headers = new CoseHeaderMap { [new(X5Chain)] = CoseHeaderValue.FromEncodedValue(encoded) };
        var signer = identity.Key switch
        {
            ECDsa { KeySize: <= 256 } key => new CoseSigner(key, HashAlgorithmName.SHA256, headers),
            ECDsa { KeySize: <= 384 } key => new CoseSigner(key, HashAlgorithmName.SHA384, headers),
            ECDsa key => new CoseSigner(key, HashAlgorithmName.SHA512, headers),
            var key => new CoseSigner((RSA)key, RSASignaturePadding.Pss, HashAlgorithmName.SHA256, headers),
        };
        return CoseSign1Message.SignDetached(claim, signer);
    }
}
