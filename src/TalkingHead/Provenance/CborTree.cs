using System.Formats.Cbor;

namespace TalkingHead.Provenance;

/// <summary>CBOR as plain values: text, byte[], long, double, bool, null, lists and maps with text or whole keys.</summary>
static class CborTree
{
    const int MostDepth = 32;

    /// <summary>A map, in the order given; an entry whose value is null is left out.</summary>
    internal static Dictionary<string, object?> Map(params ReadOnlySpan<(string Key, object? Value)> entries)
    {
        var map = new Dictionary<string, object?>();
        foreach (var (key, value) in entries)
        {
            if (value is not null)
                map.Add(key, value);
        }
        return map;
    }

    internal static byte[] Encode(object? value)
    {
        var writer = new CborWriter();
        Write(writer, value);
        return writer.Encode();
    }

    static void Write(CborWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNull(); break;
            case string text: writer.WriteTextString(text); break;
            case byte[] bytes: writer.WriteByteString(bytes); break;
            case bool flag: writer.WriteBoolean(flag); break;
            case int number: writer.WriteInt32(number); break;
            case long number: writer.WriteInt64(number); break;
            case DateTimeOffset time: writer.WriteDateTimeOffset(time); break;
            case Dictionary<string, object?> map:
                writer.WriteStartMap(map.Count);
                foreach (var (key, inner) in map)
                {
                    writer.WriteTextString(key);
                    Write(writer, inner);
                }
                writer.WriteEndMap();
                break;
            case object?[] list:
                writer.WriteStartArray(list.Length);
                foreach (var inner in list)
                    Write(writer, inner);
                writer.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"No CBOR for {value.GetType()}.", nameof(value));
        }
    }

    /// <exception cref="BadCredentialsException">No CBOR, or nested too deep.</exception>
    internal static object? Decode(ReadOnlyMemory<byte> bytes, string what)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Lax);
            return Read(reader, 0);
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException or FormatException)
        {
            throw new BadCredentialsException($"{what} is no CBOR ({e.Message})", e);
        }
    }

    static object? Read(CborReader reader, int depth)
    {
        if (depth > MostDepth)
            throw new CborContentException($"nested more than {MostDepth} deep");
        switch (reader.PeekState())
        {
            case CborReaderState.Tag:
                reader.ReadTag();
                return Read(reader, depth + 1);
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                return reader.ReadTextString();
            case CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString:
                return reader.ReadByteString();
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                return reader.ReadInt64();
            case CborReaderState.Boolean:
                return reader.ReadBoolean();
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat:
                return reader.ReadDouble();
            case CborReaderState.StartArray:
                reader.ReadStartArray();
                var list = new List<object?>();
                while (reader.PeekState() != CborReaderState.EndArray)
                    list.Add(Read(reader, depth + 1));
                reader.ReadEndArray();
                return list.ToArray();
            case CborReaderState.StartMap:
                reader.ReadStartMap();
                var map = new Dictionary<string, object?>();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    var key = Convert.ToString(Read(reader, depth + 1), System.Globalization.CultureInfo.InvariantCulture) ?? "";
                    if (!map.TryAdd(key, Read(reader, depth + 1)))
                        throw new CborContentException($"the key \"{key}\" stands twice in a map");
                }
                reader.ReadEndMap();
                return map;
            default:
                reader.SkipValue();
                return null;
        }
    }

    /// <summary>The value under a key where it is a <typeparamref name="T"/>; else null.</summary>
    internal static T? Get<T>(object? map, string key) where T : class =>
        map is Dictionary<string, object?> entries && entries.GetValueOrDefault(key) is T value ? value : null;
}
