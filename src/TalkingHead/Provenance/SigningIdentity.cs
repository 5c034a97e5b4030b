using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkingHead.Serialization;

namespace TalkingHead.Provenance;

/// <summary>
/// Who signs: a private key with its certificates. By default a chain of this user's own, made at first use: a root, whose
/// key is thrown away, and a leaf.
/// </summary>
public sealed class SigningIdentity : IDisposable
{
    /// <summary>Names the folder of the local chain.</summary>
    public const string FolderVariable = "TALKINGHEAD_SIGNING";

    /// <summary>The local chain's root as PEM: what others need to check this user's signatures.</summary>
    public const string RootFileName = "root.pem";

    const string KeyFileName = "signing.pem", Organisation = "talkinghead local signing";
    const string Renew = "Delete the two files of this folder, and the next signature makes new ones.";
    const int Years = 10;

    // RFC 5280, RFC 9336; C2PA 2.x, certificate profile.
    const string EmailProtection = "1.3.6.1.5.5.7.3.4", DocumentSigning = "1.3.6.1.5.5.7.3.36", ClaimSigning = "1.3.6.1.4.1.62558.2.1";

    const string BasicConstraints = "2.5.29.19", KeyUsage = "2.5.29.15";

    static readonly Lock making = new();

    SigningIdentity(X509Certificate2[] chain, AsymmetricAlgorithm key, bool isLocal) => (Chain, Key, IsLocal) = (chain, key, isLocal);

    /// <summary>The leaf first, without the root.</summary>
    internal IReadOnlyList<X509Certificate2> Chain { get; }

    /// <summary>An <see cref="ECDsa"/> or <see cref="RSA"/>.</summary>
    internal AsymmetricAlgorithm Key { get; }

    /// <summary>Made by this program for this user.</summary>
    public bool IsLocal { get; }

    /// <summary>As the leaf names its owner.</summary>
    public string Name => Chain[0].GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    /// <summary>The folder of this user's chain.</summary>
    /// <exception cref="UserException">There is no home folder.</exception>
    public static string Folder
    {
        get
        {
            if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named)
                return named;
            var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
                Environment.SpecialFolderOption.DoNotVerify);
            return home.Length > 0 ? Path.Combine(home, "talkinghead", "signing")
                : throw new UserException(
                    $"No home folder to keep the signing key in: set {FolderVariable} to a folder that only you can read.");
        }
    }

    /// <summary>This user's chain, made now where there is none.</summary>
    /// <exception cref="UserException">It cannot be kept, or was damaged or has expired.</exception>
    public static SigningIdentity Local() => Local(Folder);

    internal static SigningIdentity Local(string folder)
    {
        string path = Path.Combine(folder, KeyFileName), root = Path.Combine(folder, RootFileName);
        try
        {
            lock (making)
            {
                if (!File.Exists(path))
                    Make(folder, path);
                var pem = File.ReadAllText(path);
                var leaf = X509Certificate2.CreateFromPem(pem, pem);
                if (leaf.NotAfter < DateTime.Now)
                    throw new UserException($"{path}: the signing certificate expired on {leaf.NotAfter:yyyy-MM-dd}. {Renew}");
                if (!File.Exists(root))
                    AtomicFile.Write(root, file => file.Write(Encoding.ASCII.GetBytes(Certificates(pem)[1].ExportCertificatePem() + "\n")));
                return new([leaf], leaf.GetECDsaPrivateKey()!, isLocal: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            const string Otherwise = $"Set {FolderVariable} to another folder, or give --sign-with CERT KEY.";
            throw new UserException($"{path}: the signing key cannot be kept or read ({e.Message}). {Otherwise}", e);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new UserException($"{path}: no signing key with its certificates; the file is damaged. {Renew}", e);
        }
    }

    /// <summary>The root of this user's chain; null before the first signature.</summary>
    /// <exception cref="UserException">Its file is damaged.</exception>
    internal static X509Certificate2? LocalRoot()
    {
        var path = Path.Combine(Folder, RootFileName);
        return File.Exists(path) ? Open(path)[0] : null;
    }

    static void Make(string folder, string path)
    {
        var from = DateTimeOffset.UtcNow.AddMinutes(-5); // clocks differ
        var until = from.AddYears(Years);
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)); // no names: a user's would travel with every file
        var rootRequest = new CertificateRequest($"CN=talkinghead root {id}, O={Organisation}", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        rootRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        rootRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(rootRequest.PublicKey, false));
        using var root = rootRequest.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=talkinghead {id}, O={Organisation}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(EmailProtection), new Oid(DocumentSigning)], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40); // positive, of full length
        using var leaf = request.Create(root, from, until, serial);

        MakePrivate(folder);
        var pem = string.Join('\n', key.ExportPkcs8PrivateKeyPem(), leaf.ExportCertificatePem(), root.ExportCertificatePem()) + "\n";
        var partial = $"{path}.{Environment.ProcessId}.partial";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var writer = new StreamWriter(partial, options))
                writer.Write(pem);
            File.Move(partial, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // another process was first: its chain counts
        }
        finally
        {
            File.Delete(partial);
        }
    }

    static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder); // below the user's own folder, which others cannot read
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>One's own: a PEM file of certificates, the leaf first, and a PEM file with its key.</summary>
    /// <exception cref="UserException">They cannot be read, do not belong together, or may not sign.</exception>
    public static SigningIdentity Open(string certificates, string key)
    {
        string chainPem = Text(certificates), keyPem = Text(key);
        var chain = Open(certificates);
        X509Certificate2 leaf;
        try
        {
            leaf = X509Certificate2.CreateFromPem(chainPem, keyPem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw UserException.Usage($"{key}: no unencrypted PEM key of the first certificate in {certificates} ({e.Message}).");
        }
        if (Objection(leaf) is { } objection)
            throw UserException.Usage($"{certificates}: its first certificate cannot sign Content Credentials: {objection}.");
        var secret = (AsymmetricAlgorithm?)leaf.GetECDsaPrivateKey() ?? leaf.GetRSAPrivateKey();
        if (secret is null)
            throw UserException.Usage($"{key}: a {leaf.PublicKey.Oid.FriendlyName} key; expected ECDSA or RSA.");
        return new([leaf, .. chain.Skip(1).Where(each => each.Subject != each.Issuer)], secret, isLocal: false);
    }

    /// <summary>Why a certificate is none that C2PA lets sign; null where it may.</summary>
    internal static string? Objection(X509Certificate2 leaf)
    {
        var usage = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(each => each.EnhancedKeyUsages.Cast<Oid>())
            .Select(oid => oid.Value).ToArray();
        return leaf.NotAfter < DateTime.Now || leaf.NotBefore > DateTime.Now
            ? $"it is valid from {leaf.NotBefore:yyyy-MM-dd} to {leaf.NotAfter:yyyy-MM-dd}"
            : leaf.Extensions[BasicConstraints] is X509BasicConstraintsExtension { CertificateAuthority: true }
                ? "it is an authority's, not a signer's"
            : leaf.Extensions[KeyUsage] is not X509KeyUsageExtension use || !use.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature)
                ? "its key usage lacks digitalSignature"
            : !usage.Any(oid => oid is EmailProtection or DocumentSigning or ClaimSigning)
                ? "its extended key usage has none of emailProtection, documentSigning and C2PA's claim signing"
            : null;
    }

    /// <summary>Certificates in a PEM file.</summary>
    /// <exception cref="UserException">There are none.</exception>
    internal static X509Certificate2Collection Open(string path)
    {
        var pem = Text(path);
        try
        {
            if (Certificates(pem) is { Count: > 0 } found)
                return found;
        }
        catch (CryptographicException)
        {
            // said below
        }
        throw UserException.Usage($"{path}: holds no certificate; expected PEM.");
    }

    static X509Certificate2Collection Certificates(string pem)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem);
        return all;
    }

    static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Usage($"{path}: cannot be read ({e.Message}).");
        }
    }

    /// <summary>Frees the key and the certificates.</summary>
    public void Dispose()
    {
        Key.Dispose();
        foreach (var certificate in Chain)
            certificate.Dispose();
    }
}
