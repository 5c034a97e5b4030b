using TorchSharp.Door;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A handle to one of libtorch's tensors. It is freed by Dispose, by the dispose scope it was made in, or at last by
    /// its finalizer; the numbers live as long as any handle, view or graph needs them.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        static long totalCount, peakCount;

        nint handle;

        internal Tensor(nint handle)
        {
            this.handle = handle;
            var live = Interlocked.Increment(ref totalCount);
            if (live > Volatile.Read(ref peakCount)) Volatile.Write(ref peakCount, live); // a statistic: a lost update is no harm
            var counts = DisposeScopeManager.Statistics.TensorStatistics;
            if (DisposeScopeManager.Current is { } scope)
            {
                scope.Adopt(this);
                counts.CreatedInScopeCount++;
            }
            else
            {
                counts.CreatedOutsideScopeCount++;
            }
        }

        ~Tensor() => Dispose(false);

        /// <summary>Tensor objects alive in the process.</summary>
        public static long TotalCount => Interlocked.Read(ref totalCount);

        /// <summary>The most that were alive at once.</summary>
        public static long PeakCount => Interlocked.Read(ref peakCount);

        public IntPtr Handle => Live;
        public bool IsInvalid => handle == 0;

        /// <summary>The handle; throws once the tensor is disposed.</summary>
        /// <exception cref="ObjectDisposedException">The tensor was disposed, by hand or by its scope.</exception>
        internal nint Live => handle != 0 ? handle
            : throw new ObjectDisposedException(nameof(Tensor), "This tensor was disposed, by hand or by the end of its dispose scope. Move it out of the scope by name to keep it.");

        internal DisposeScope? OwningDisposeScope { get; set; }

        /// <summary>Gives the handle away: this object is invalid afterwards, the caller owns the handle.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            var given = Live;
            GC.SuppressFinalize(this);
            Forget();
            return given;
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var freed = Interlocked.Exchange(ref handle, 0);
            if (freed == 0) return;
            NativeMethods.td_release(freed);
            Interlocked.Decrement(ref totalCount);
            if (!disposing) return; // on the finalizer's thread: the scope and its counts belong to another
            Count(OwningDisposeScope is not null);
            OwningDisposeScope?.MarkAsDisposed(this);
        }

        /// <summary>What a scope calls at its end, after taking the tensor off its list.</summary>
        internal void DisposeInScope()
        {
            GC.SuppressFinalize(this);
            var freed = Interlocked.Exchange(ref handle, 0);
            if (freed == 0) return;
            NativeMethods.td_release(freed);
            Interlocked.Decrement(ref totalCount);
            Count(inScope: true);
        }

        void Forget()
        {
            handle = 0;
            Interlocked.Decrement(ref totalCount);
            Count(OwningDisposeScope is not null);
            OwningDisposeScope?.MarkAsDisposed(this);
        }

        static void Count(bool inScope)
        {
            var counts = DisposeScopeManager.Statistics.TensorStatistics;
            if (inScope) counts.DisposedInScopeCount++;
            else counts.DisposedOutsideScopeCount++;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(DisposeScope other)
        {
            DisposeScope.Place(this, other);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other)
        {
            DisposeScope.Place(this, other.OwningDisposeScope);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            DisposeScope.Place(this, null);
            return this;
        }
    }

    public static DisposeScope NewDisposeScope() => DisposeScopeManager.Open();

    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.Current;

    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }
}
