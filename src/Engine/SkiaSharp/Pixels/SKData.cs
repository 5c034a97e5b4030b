using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>Bytes that do not change, most often of an encoded picture.</summary>
public unsafe class SKData : SKObject
{
    readonly NativeBlock block;

    internal SKData(NativeBlock block) => this.block = block;

    public static SKData Empty => CreateCopy([]);

    public bool IsEmpty => Size == 0;

    /// <summary>Bytes.</summary>
    public long Size => Block.Length;

    public IntPtr Data => Block.Address;

    /// <summary>The bytes; valid until the data is disposed.</summary>
    public Span<byte> Span => new((void*)Block.Address, checked((int)block.Length));

    internal NativeBlock Block
    {
        get
        {
            ThrowIfDisposed();
            return block;
        }
    }

    public ReadOnlySpan<byte> AsSpan() => Span;

    public byte[] ToArray() => Span.ToArray();

    public Stream AsStream() => AsStream(false);

    public Stream AsStream(bool streamDisposesData) => new DataStream(this, streamDisposesData);

    public void SaveTo(Stream target)
    {
        ArgumentNullException.ThrowIfNull(target);
        target.Write(Span);
    }

    /// <summary>A file's bytes, or null where it cannot be read or is larger than 2 GiB.</summary>
    public static SKData? Create(string filename)
    {
        ArgumentException.ThrowIfNullOrEmpty(filename);
        try
        {
            using var file = File.OpenRead(filename);
            return Create(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The rest of a stream, or null where it is larger than 2 GiB.</summary>
    public static SKData? Create(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek)
            return stream.Length - stream.Position is var rest && rest <= int.MaxValue ? Create(stream, (int)rest) : null;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return CreateCopy(memory.GetBuffer().AsSpan(0, (int)memory.Length));
    }

    /// <summary>The next <paramref name="length"/> bytes of a stream, or null where it ends before.</summary>
    public static SKData? Create(Stream stream, int length)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var data = Create(length);
        if (stream.ReadAtLeast(data.Span, length, throwOnEndOfStream: false) == length)
            return data;
        data.Dispose();
        return null;
    }

    /// <summary>Zeros, to be filled through <see cref="Span"/>.</summary>
    public static SKData Create(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return new SKData(NativeBlock.TryAllocate(size) ?? throw new OutOfMemoryException($"No memory for {size} bytes of data."));
    }

    /// <summary>Memory of the caller's, which must stay until the data is disposed. Nothing is copied.</summary>
    public static SKData Create(IntPtr address, int length) => new(new NativeBlock(address, length, null));

    public static SKData CreateCopy(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return CreateCopy(bytes.AsSpan());
    }

    public static SKData CreateCopy(ReadOnlySpan<byte> bytes) => new(NativeBlock.CopyOf(bytes));

    public static SKData CreateCopy(IntPtr bytes, int length) => CreateCopy(new ReadOnlySpan<byte>((void*)bytes, length));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            block.Release();
        base.Dispose(disposing);
    }

    sealed class DataStream(SKData data, bool disposesData)
        : UnmanagedMemoryStream((byte*)data.Data, data.Size)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing && disposesData)
                data.Dispose();
        }
    }
}
