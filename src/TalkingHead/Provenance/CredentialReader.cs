using System.Formats.Cbor;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TalkingHead.Provenance;

/// <summary>What a file's Content Credentials say, and whether that holds.</summary>
public sealed record CredentialFinding
{
    /// <summary>The program that made the claim, with its version.</summary>
    public string Generator { get; init; } = "an unnamed program";

    /// <summary>IPTC's digital source type of the first action; null where none is given.</summary>
    public string? SourceType { get; init; }

    /// <summary>The first ingredient's title; of this program's files the head.</summary>
    public string? Model { get; init; }

    /// <summary>When, as the claim says.</summary>
    public DateTimeOffset? When { get; init; }

    /// <summary>Whether the claim says that the pixels are marked.</summary>
    public bool SaysMarked { get; init; }

    /// <summary>The signing certificate's name, or its organisation.</summary>
    public string Signer { get; init; } = "nobody";

    /// <summary>SHA-256 of the signing certificate, hexadecimal.</summary>
    public string? Certificate { get; init; }

    /// <summary>The signature is the certificate's, and that leads to a root given as trusted.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>What does not hold: the file or its manifest was changed. Empty where all is well.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>What this program cannot check, of credentials that others made.</summary>
    public IReadOnlyList<string> Unchecked { get; init; } = [];

    /// <summary>Made by this program, by its own word.</summary>
    public bool IsOurs => Generator.StartsWith("talkinghead ", StringComparison.Ordinal);
}

/// <summary>
/// Reads and checks the Content Credentials of MP4, PNG, JPEG and GIF files. Everything in a file is hostile until it fits.
/// </summary>
static class CredentialReader
{
    const long MostPictureBytes = 512L << 20;

    /// <summary>The credentials; null where the file holds none or its format is another.</summary>
    /// <exception cref="BadCredentialsException">They are damaged so far that they cannot be read.</exception>
    internal static CredentialFinding? Read(string path, IReadOnlyCollection<X509Certificate2> trusted)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[16];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        if (Mp4Container.Looks(head))
        {
            var boxes = Mp4Container.Boxes(file);
            return Mp4Container.Locate(file, boxes) is var (found, box) ? Check(found, new Mp4Binding(file, boxes, box), trusted) : null;
        }
        if (PictureContainer.TypeOf(head) is not { } type)
            return null;
        if (file.Length > MostPictureBytes)
            throw new BadCredentialsException($"the file has {file.Length >> 20} MiB; the limit for a picture is {MostPictureBytes >> 20}");
        var bytes = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(bytes);
        var place = PictureContainer.Locate(type, bytes);
        return place.Store is { } store ? Check(store, new PictureBinding(type, bytes, place), trusted) : null;
    }

    static CredentialFinding Check(byte[] bytes, Binding content, IReadOnlyCollection<X509Certificate2> trusted)
    {
        var store = Jumbf.Parse(bytes);
        // The last manifest is the active one.
        if ((store.Type, store.Label) != ("c2pa", "c2pa") || store.Boxes.LastOrDefault(box =>
            box.Type is "c2ma" or "c2um") is not { } manifest)
            throw new BadCredentialsException("they hold no manifest");
        var claimBox = manifest.Boxes.LastOrDefault(box => box.Type == "c2cl");
        if (claimBox?.Content is not { } claimBytes || manifest.Find(ContentCredentials.AssertionsLabel) is not { Type: "c2as" } assertions
            || manifest.Find(ContentCredentials.SignatureLabel) is not { Type: "c2cs", Content: { } signature })
            throw new BadCredentialsException("their manifest lacks its claim, its assertions or its signature");
        var claim = CborTree.Decode(claimBytes, "their claim");
        var failures = new List<string>();
        var notChecked = new List<string>();
        var finding = Describe(claim, assertions);
        finding = CheckSignature(finding, signature.ToArray(), claimBytes.Span, trusted, failures);
        var uri = CborTree.Get<string>(claim, "signature") ?? "";
        const string Signature = ContentCredentials.SignatureLabel;
        if (uri != $"self#jumbf={Signature}" && uri != $"self#jumbf=/c2pa/{manifest.Label}/{Signature}")
            failures.Add("the claim names another manifest's signature");
        // Neither the hashes nor the signature cover the boxes' own headers: of this program's files these are known.
        var asWritten = content.IsAsWritten(bytes) && store.Rebuilt().AsSpan().SequenceEqual(bytes);
        if (finding.IsOurs && !(asWritten && claimBox.Label == ContentCredentials.ClaimLabel))
            failures.Add("the manifest's boxes are not as this program writes them");
        CheckReferences(claim, assertions, failures, notChecked);
        content.Check(assertions, failures, notChecked);
        return finding with { Failures = failures, Unchecked = notChecked };
    }

    static CredentialFinding Describe(object? claim, Jumbf assertions)
    {
        var info = claim is Dictionary<string, object?> map ? map.GetValueOrDefault("claim_generator_info") : null;
        if (info is object?[] list) // of a claim of version 1
            info = list.FirstOrDefault();
        var generator = CborTree.Get<string>(info, "name") is { } name ? $"{name} {CborTree.Get<string>(info, "version")}".TrimEnd()
            : CborTree.Get<string>(claim, "claim_generator");
        var allActions = Content(assertions, ContentCredentials.ActionsLabel) ?? Content(assertions, "c2pa.actions");
        var actions = CborTree.Get<object?[]>(allActions, "actions") ?? [];
        string? First(string key) => actions.Select(action => CborTree.Get<string>(action, key)).FirstOrDefault(text => text is not null);
        var ingredient = Content(assertions, ContentCredentials.IngredientLabel);
        return new()
        {
            Generator = Shown(generator) ?? "an unnamed program",
            SourceType = Shown(First("digitalSourceType")),
            Model = Shown(CborTree.Get<string>(ingredient, "dc:title")),
            When = DateTimeOffset.TryParse(First("when"), CultureInfo.InvariantCulture, out var when) ? when : null,
            SaysMarked = actions.Any(action => CborTree.Get<string>(action, "action") is "c2pa.watermarked.unbound"),
        };
    }

    static object? Content(Jumbf assertions, string label) =>
        assertions.Find(label)?.Content is { } content ? CborTree.Decode(content, $"their assertion {label}") : null;

    // Another's text in a sentence of ours: short, and without control characters.
    static string? Shown(string? text) => text is null ? null : string.Concat(text.Where(letter => !char.IsControl(letter)).Take(120));

    static CredentialFinding CheckSignature(CredentialFinding finding, byte[] signature, ReadOnlySpan<byte> claim,
        IReadOnlyCollection<X509Certificate2> trusted, List<string> failures)
    {
        try
        {
            var message = CoseMessage.DecodeSign1(signature);
            var chain = Chain(message);
            if (chain.Count == 0)
                throw new BadCredentialsException("their signature names no certificate");
            using var ecdsa = chain[0].GetECDsaPublicKey();
            using var rsa = chain[0].GetRSAPublicKey();
            var valid = message.Content is null && ((AsymmetricAlgorithm?)ecdsa ?? rsa) is { } key ? message.VerifyDetached(key, claim)
                : throw new BadCredentialsException("their signature is of a kind that this program does not know");
            if (!valid)
                failures.Add("the signature does not belong to the claim");
            var objection = SigningIdentity.Objection(chain[0]);
            if (objection is not null)
                failures.Add($"the signer's certificate may not sign: {objection}");
            return finding with
            {
                Signer = Shown(chain[0].GetNameInfo(X509NameType.SimpleName, false)) ?? "nobody",
                Certificate = Convert.ToHexStringLower(SHA256.HashData(chain[0].RawData)),
                IsTrusted = valid && objection is null && LeadsTo(trusted, chain),
            };
        }
        catch (Exception e) when (e is CryptographicException or CborContentException or InvalidOperationException or ArgumentException)
        {
            throw new BadCredentialsException($"their signature cannot be read ({e.Message})", e);
        }
    }

    static X509Certificate2Collection Chain(CoseSign1Message message)
    {
        var label = new CoseHeaderLabel(ContentCredentials.X5Chain);
        if (!message.ProtectedHeaders.TryGetValue(label, out var value) && !message.UnprotectedHeaders.TryGetValue(label, out value)
            && !message.UnprotectedHeaders.TryGetValue(new("x5chain"), out value))
            return [];
        var decoded = CborTree.Decode(value.EncodedValue, "their certificate chain");
        var all = new X509Certificate2Collection();
        foreach (var each in decoded is object?[] list ? list.Take(16) : [decoded])
            all.Add(X509CertificateLoader.LoadCertificate(each as byte[] ?? []));
        return all;
    }

    static bool LeadsTo(IReadOnlyCollection<X509Certificate2> trusted, X509Certificate2Collection certificates)
    {
        if (trusted.Any(each => each.RawData.AsSpan().SequenceEqual(certificates[0].RawData)))
            return true; // the signer itself was given
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted.ToArray());
        chain.ChainPolicy.ExtraStore.AddRange(certificates);
        return chain.Build(certificates[0]);
    }

    // Every assertion is in the claim, with its hash.
    static void CheckReferences(object? claim, Jumbf assertions, List<string> failures, List<string> notChecked)
    {
        var named = new HashSet<string>();
        foreach (var reference in new[] { "created_assertions", "gathered_assertions", "assertions" }
            .SelectMany(key => CborTree.Get<object?[]>(claim, key) ?? []))
        {
            var label = (CborTree.Get<string>(reference, "url") ?? "").Split('/')[^1];
            named.Add(label);
            if (assertions.Find(label) is not { } box)
                failures.Add($"the assertion {Shown(label)} is missing");
            else if (Algorithm(CborTree.Get<string>(reference, "alg") ?? CborTree.Get<string>(claim, "alg")) is not { } algorithm)
                notChecked.Add($"the assertion {Shown(label)}, whose hash is of an unknown kind");
            else if (!CryptographicOperations.HashData(algorithm, box.Payload.Span).AsSpan()
                .SequenceEqual(CborTree.Get<byte[]>(reference, "hash")))
                failures.Add($"the assertion {Shown(label)} was changed");
        }
        foreach (var box in assertions.Boxes.Where(box => !named.Contains(box.Label)))
            failures.Add($"the assertion {Shown(box.Label)} is none of the claim's");
    }

    static HashAlgorithmName? Algorithm(string? name) => name switch
    {
        "sha256" => HashAlgorithmName.SHA256,
        "sha384" => HashAlgorithmName.SHA384,
        "sha512" => HashAlgorithmName.SHA512,
        _ => null,
    };

    /// <summary>The assertion that binds the manifest to the file's content.</summary>
    abstract class Binding(string what)
    {
        internal void Check(Jumbf assertions, List<string> failures, List<string> notChecked)
        {
            var bindings = assertions.Boxes.Where(box => box.Label.StartsWith("c2pa.hash.", StringComparison.Ordinal)).ToArray();
            if (bindings.Length == 0)
                failures.Add("no assertion binds them to the file");
            else if (bindings.Length > 1)
                failures.Add("more than one assertion binds them to the file");
            else if (!Knows(bindings[0].Label) || bindings[0].Content is not { } content)
                notChecked.Add($"the file's content, which {Shown(bindings[0].Label)} covers");
            else
            {
                var binding = CborTree.Decode(content, "their binding");
                var hash = Algorithm(CborTree.Get<string>(binding, "alg") ?? "sha256") is { } algorithm
                    ? Hash(binding, algorithm, notChecked) : null;
                if (hash is null)
                    notChecked.Add("the file's content, whose hash is of an unknown kind");
                else if (!hash.AsSpan().SequenceEqual(CborTree.Get<byte[]>(binding, "hash")))
                    failures.Add($"the {what} was changed after it was signed");
            }
        }

        /// <summary>Whether what surrounds the store is what this program puts there.</summary>
        internal abstract bool IsAsWritten(byte[] store);

        protected abstract bool Knows(string label);

        protected abstract byte[]? Hash(object? binding, HashAlgorithmName algorithm, List<string> notChecked);
    }

    sealed class PictureBinding(string type, byte[] bytes, ManifestPlace place) : Binding("picture")
    {
        internal override bool IsAsWritten(byte[] store) =>
            bytes.AsSpan(place.Start, place.Length).SequenceEqual(PictureContainer.Wrap(type, store));

        protected override bool Knows(string label) => label == ContentCredentials.DataHashLabel;

        // What the hash leaves out must be the manifest and nothing else, or anything could be changed there.
        protected override byte[]? Hash(object? binding, HashAlgorithmName algorithm, List<string> notChecked)
        {
            using var hash = IncrementalHash.CreateHash(algorithm);
            long at = 0, outside = 0;
            foreach (var exclusion in CborTree.Get<object?[]>(binding, "exclusions") ?? [])
            {
                if (exclusion is not Dictionary<string, object?> map || map.GetValueOrDefault("start") is not long start
                    || map.GetValueOrDefault("length") is not long length
                    || start < at || length < 0 || start > bytes.Length || length > bytes.Length - start)
                    return [];
                hash.AppendData(bytes, (int)at, (int)(start - at));
                at = start + length;
                outside += length - Math.Max(0, Math.Min(start + length, place.Start + place.Length) - Math.Max(start, place.Start));
            }
            hash.AppendData(bytes, (int)at, (int)(bytes.Length - at));
            if (outside > 0)
                notChecked.Add($"{outside:N0} bytes that the hash leaves out beside the manifest");
            return hash.GetHashAndReset();
        }
    }

    sealed class Mp4Binding(Stream file, IReadOnlyList<TopBox> boxes, TopBox manifest) : Binding("video")
    {
        internal override bool IsAsWritten(byte[] store)
        {
            var box = new byte[manifest.Length];
            file.Position = manifest.Start;
            file.ReadExactly(box);
            return box.AsSpan().SequenceEqual(Mp4Container.Wrap(store));
        }

        protected override bool Knows(string label) => label is "c2pa.hash.bmff.v2" or ContentCredentials.BmffHashLabel;

        protected override byte[]? Hash(object? binding, HashAlgorithmName algorithm, List<string> notChecked)
        {
            if (binding is Dictionary<string, object?> map && map.ContainsKey("merkle"))
                return null;
            var left = new HashSet<string>();
            foreach (var exclusion in CborTree.Get<object?[]>(binding, "exclusions") ?? [])
            {
                var path = CborTree.Get<string>(exclusion, "xpath") ?? "";
                if (exclusion is Dictionary<string, object?> entries && entries.Keys.Any(key => key is not ("xpath" or "data"))
                    || path.Count(letter => letter == '/') != 1 || path.Contains('['))
                    return null; // parts of boxes
                if (path is not ("/uuid" or "/ftyp" or "/mfra" or "/free" or "/skip"))
                    notChecked.Add($"{Shown(path)}, which the hash leaves out");
                left.Add(path[1..]);
            }
            return Mp4Container.Hash(file, boxes, box => box == manifest || (box.Type != "uuid" && left.Contains(box.Type)), algorithm);
        }
    }
}
