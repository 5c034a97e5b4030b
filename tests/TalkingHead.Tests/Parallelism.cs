using Xunit.Sdk;
using Xunit.v3;


// libtorch's default random generator is one for the process: tests that seed it and build networks run one at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
