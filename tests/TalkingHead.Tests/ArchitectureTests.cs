using Mono.Cecil;

namespace TalkingHead.Tests;

/// <summary>Folders of src/TalkingHead, which are namespaces, depend on each other in one direction; imports are in order.</summary>
public class ArchitectureTests
{
    // A folder may use those of the lines above its own, and the folders within itself.
    static readonly string[][] layers =
    [
        ["Libtorch", "Serialization", "Configuration"],
        ["Media", "Onnx", "Distributed"],
        ["Pretrained", "Models"],
        ["Models.Import", "Faces", "Losses", "Provenance"],
        ["Data"],
        ["Data.Preparation", "Evaluation.Metrics"],
        ["Training", "Evaluation.Protocol"],
        ["Animation", "Evaluation.Report"],
        ["Evaluation", "Benchmarking"],
    ];

    [Fact]
    public void DependenciesPointUpward()
    {
        using var module = ModuleDefinition.ReadModule(typeof(UserException).Assembly.Location);
        var level = layers.SelectMany((names, i) => names.Select(name => ("TalkingHead." + name, i))).Append(("TalkingHead", -1))
            .ToDictionary();
        var uses = from type in module.GetTypes()
                   from used in Used(type)
                   where used.Scope == module && Namespace(used).StartsWith("TalkingHead", StringComparison.Ordinal)
                   let edge = (From: Namespace(type), To: Namespace(used), Example: $"{type.Name} uses {used.Name}")
                   where edge.From.StartsWith("TalkingHead", StringComparison.Ordinal) && edge.From != edge.To
                   select edge;
        var wrong = uses.DistinctBy(edge => (edge.From, edge.To))
            .Where(edge => !level.ContainsKey(edge.From) || !level.ContainsKey(edge.To) || level[edge.To] >= level[edge.From]);
        Assert.True(!wrong.Any(), string.Join(Environment.NewLine, wrong.Select(edge => $"{edge.From} -> {edge.To}: {edge.Example}")));
    }

    [Theory]
    [InlineData(typeof(UserException), "")]
    [InlineData(typeof(TalkingHead.Synthetic.SyntheticPopulation), "TalkingHead")]
    [InlineData(typeof(TalkingHead.Studio.StudioServer), "TalkingHead")]
    [InlineData(typeof(TalkingHead.Cli.HelpPage), "TalkingHead TalkingHead.Studio TalkingHead.Synthetic")]
    public void AssembliesUseTheFrameworkAndItUsesNoneOfThem(Type type, string expected)
    {
        using var module = ModuleDefinition.ReadModule(type.Assembly.Location);
        var used = module.AssemblyReferences.Select(reference => reference.Name)
            .Where(name => name.StartsWith("TalkingHead", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(' ', used));
    }

    // dotnet format would tell too, after half a minute.
    [Fact]
    public void ImportsAreInOrder()
    {
        var wrong = from folder in (string[])["src", "tests", "tools"]
                    from path in Directory.EnumerateFiles(Repository.At(folder), "*.cs", SearchOption.AllDirectories)
                    where !path.Contains("node_modules", StringComparison.Ordinal)
                    let head = File.ReadLines(path).TakeWhile(line => line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal)
                        || line.StartsWith("using ", StringComparison.Ordinal))
                    let imports = head.Where(line => line.StartsWith("using ", StringComparison.Ordinal)).ToList()
                    where !imports.SequenceEqual(imports.OrderBy(ImportOrder))
                    select Path.GetRelativePath(Repository.Root, path);
        Assert.True(!wrong.Any(), $"imports out of order (dotnet format mends it): {string.Join(", ", wrong)}");
    }

    // Namespaces, static classes and aliases, in this order; of the first two the System's first.
    static (int Kind, bool Other, string Name) ImportOrder(string import)
    {
        var name = import["using ".Length..import.IndexOf(';')];
        var kind = name.Contains(" = ", StringComparison.Ordinal) ? 2 : name.StartsWith("static ", StringComparison.Ordinal) ? 1 : 0;
        name = kind == 1 ? name["static ".Length..] : name;
        return (kind, kind == 2 || !(name + ".").StartsWith("System.", StringComparison.Ordinal), name.ToUpperInvariant());
    }

    static string Namespace(TypeReference type) => type.DeclaringType is { } outer ? Namespace(outer) : type.Namespace;

    static IEnumerable<TypeReference> Used(TypeDefinition type)
    {
        IEnumerable<TypeReference?> found =
        [
            type.BaseType, .. type.Interfaces.Select(i => i.InterfaceType), .. type.Fields.Select(f => f.FieldType),
                .. type.Properties.Select(p => p.PropertyType),
            .. type.Methods.SelectMany(m => m.Parameters.Select(p => p.ParameterType).Append(m.ReturnType)),
            .. from method in type.Methods
               where method.HasBody
               from operand in method.Body.Instructions.Select(i => i.Operand)
               from reference in operand switch
               {
                   GenericInstanceMethod g => [g.DeclaringType, .. g.GenericArguments],
                   MemberReference and not TypeReference => [((MemberReference)operand).DeclaringType],
                   TypeReference t => [t],
                   _ => Array.Empty<TypeReference>(),
               }
               select reference,
        ];
        return found.SelectMany(Parts);
    }

    // Of List<Tensor[]>: List and Tensor.
    static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType g => [.. g.GenericArguments.SelectMany(Parts), .. Parts(g.ElementType)],
        TypeSpecification s => Parts(s.ElementType),
        _ => [type],
    };
}
