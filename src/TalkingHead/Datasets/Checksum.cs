using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace TalkingHead.Datasets;

/// <summary>The checksum of everything a dataset holds: XXH3, 64 bits, seed 0. It finds damage, not forgery.</summary>
static class Checksum
{
    internal const string Name = "xxh3-64";

    internal static ulong Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);

    internal static ulong Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>As it stands in a clip's .json: 16 hexadecimal digits.</summary>
    internal static string Hex(ulong checksum) => checksum.ToString("x16", CultureInfo.InvariantCulture);
}
