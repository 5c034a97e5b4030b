using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Datasets;

/// <summary>
/// Room for one batch in memory of the host, pinned where it goes to a GPU: one tensor of bytes, which travels and is
/// converted at once. Its parts: sources (B,K,3,S,S), their landmark images, targets (B,3,S,S), their landmark images.
/// </summary>
sealed unsafe class EpisodeSlot : IDisposable
{
    readonly long frames, pictures; // bytes of all source frames; of all targets
    readonly int picture;           // bytes of one
    readonly byte* start;

    internal EpisodeSlot(int batch, int shots, int side, bool pinned)
    {
        (picture, Batch, Shots, Side) = (3 * side * side, batch, shots, side);
        (frames, pictures) = ((long)batch * shots * picture, (long)batch * picture);
        using var scope = NewDisposeScope();
        var bytes = zeros([Length(batch, shots, side)], ScalarType.Byte);
        Bytes = (pinned ? bytes.pin_memory() : bytes).DetachFromDisposeScope();
        fixed (byte* at = Bytes.bytes)
            start = at; // memory of the tensor's, which does not move
    }

    internal int Batch { get; }

    internal int Shots { get; }

    internal int Side { get; }

    /// <summary>All parts, one after the other.</summary>
    internal Tensor Bytes { get; }

    // From here on: written by the loader under its lock.
    internal Episode[] Step = [], Episodes = []; // of all ranks; this rank's part of them, which the slot holds
    internal EpisodeSamplerState? After;
    internal Exception? Fault;
    internal int Begun, Left; // episodes that a worker took; that are not finished

    internal static long Length(int batch, int shots, int side) => 2L * batch * (shots + 1) * 3 * side * side;

    /// <summary>Lets a reader fill the place of one episode; different episodes at the same time.</summary>
    internal void Fill(int episode, EpisodeReader reader) => reader.Read(
        Episodes[episode],
        new(start + (long)episode * Shots * picture, Shots * picture), new(start + frames + (long)episode * Shots * picture, Shots * picture),
        new(start + 2 * frames + (long)episode * picture, picture), new(start + 2 * frames + pictures + (long)episode * picture, picture));

    /// <summary>The parts of a float tensor made of <see cref="Bytes"/>, as views of it.</summary>
    internal (Tensor Sources, Tensor SourceLandmarks, Tensor Targets, Tensor TargetLandmarks) Parts(Tensor all) =>
        (Part(all, 0, frames).view(Batch, Shots, 3, Side, Side), Part(all, frames, frames).view(Batch, Shots, 3, Side, Side),
        Part(all, 2 * frames, pictures).view(Batch, 3, Side, Side), Part(all, 2 * frames + pictures, pictures).view(Batch, 3, Side, Side));

    public void Dispose() => Bytes.Dispose();

    static Tensor Part(Tensor all, long first, long length) => all.narrow(0, first, length);
}
