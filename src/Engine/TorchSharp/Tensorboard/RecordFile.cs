using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;

namespace TorchSharp.Tensorboard;

/// <summary>
/// A file of records: length, its checksum, bytes, their checksum. Each record is one write to the system, without a
/// buffer of our own: a process that is killed loses nothing that was written, and leaves no half record.
/// </summary>
sealed class RecordFile
{
    readonly FileStream file;
    readonly Lock writing = new();

    internal RecordFile(string path) =>
        file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    internal void Append(IMessage message)
    {
        var length = message.CalculateSize();
        var record = new byte[8 + 4 + length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedChecksum(record.AsSpan(0, 8)));
        message.WriteTo(record.AsSpan(12, length));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + length), MaskedChecksum(record.AsSpan(12, length)));
        lock (writing) file.Write(record);
    }

    /// <summary>CRC-32C, rotated and shifted as the record format wants it, so that a checksum of checksums stays sound.</summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var one in bytes) sum = BitOperations.Crc32C(sum, one);
        return BitOperations.RotateRight(~sum, 15) + 0xa282ead8;
    }
}
