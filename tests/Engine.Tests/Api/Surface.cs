using System.Globalization;
using System.Reflection;

namespace Engine.Tests.Api;

/// <summary>
/// What a caller can compile against, one line a member, in the form of Fixtures/Api: "TYPE . MEMBER" and
/// "TYPE :: KIND : BASES". Nullability of references is not shown; enumeration defaults are numbers.
/// </summary>
static class Surface
{
    const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    internal static IEnumerable<string> Of(Assembly assembly) => assembly.GetTypes().Where(IsVisible).SelectMany(Of);

    internal static IEnumerable<string> Of(Type type)
    {
        var name = TypeName.Of(type);
        var bases = Bases(type).Select(TypeName.Of).ToList();
        yield return $"{name} :: {Kind(type)}{(bases.Count > 0 ? " : " : "")}{string.Join(", ", bases)}";
        foreach (var member in Members(type)) yield return $"{name} . {member}";
    }

    static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"{field.Name} = {field.GetRawConstantValue()}");
        if (IsDelegate(type))
            return [$"delegate {TypeName.Of(type.GetMethod("Invoke")!.ReturnType)} ({Parameters(type.GetMethod("Invoke")!.GetParameters())})"];
        return
        [
            .. type.GetConstructors(Own).Where(IsVisible).Select(constructor => $"new({Parameters(constructor.GetParameters())})"),
            .. type.GetFields(Own).Where(field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName).Select(Field),
            .. type.GetProperties(Own).Where(property => IsVisible(property.GetMethod) || IsVisible(property.SetMethod)).Select(Property),
            .. type.GetMethods(Own).Where(method => IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_"))).Select(Method),
        ];
    }

    static string Field(FieldInfo field) => $"{Static(field.IsStatic)}{TypeName.Of(field.FieldType)} {field.Name};";

    static string Property(PropertyInfo property)
    {
        var indices = property.GetIndexParameters();
        var name = indices.Length > 0 ? $"this[{Parameters(indices)}]" : property.Name;
        var access = (IsVisible(property.GetMethod) ? "get; " : "") + (IsVisible(property.SetMethod) ? "set; " : "");
        return $"{Static((property.GetMethod ?? property.SetMethod)!.IsStatic)}{TypeName.Of(property.PropertyType)} {name} {{ {access}}}";
    }

    static string Method(MethodInfo method)
    {
        var words = Static(method.IsStatic) + (method.IsFamily ? "protected " : "")
            + (method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal ? "virtual " : "");
        var generics = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        var extension = Has(method.CustomAttributes, "ExtensionAttribute") ? "this " : "";
        return $"{words}{TypeName.Of(method.ReturnType)} {method.Name}{generics}({extension}{Parameters(method.GetParameters())})";
    }

    static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(parameter =>
        (Has(parameter.CustomAttributes, "ParamArrayAttribute") ? "params " : "")
        + (parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")
        + $"{TypeName.Of(parameter.ParameterType)} {parameter.Name}{Default(parameter)}"));

    static string Default(ParameterInfo parameter)
    {
        if (!parameter.HasDefaultValue) return "";
        return " = " + parameter.RawDefaultValue switch
        {
            null => parameter.ParameterType is { IsValueType: true, IsGenericType: false } ? "default" : "null",
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(number is float or double ? "R" : null, CultureInfo.InvariantCulture),
            var other => other.ToString(),
        };
    }

    static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        _ when IsDelegate(type) => "delegate",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    static IEnumerable<Type> Bases(Type type)
    {
        if (type.IsEnum || IsDelegate(type)) return [];
        var bases = type.GetInterfaces().Where(IsVisible);
        return type.BaseType is null || type.BaseType == typeof(object) || type.BaseType == typeof(ValueType) ? bases : bases.Prepend(type.BaseType);
    }

    static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    static bool IsVisible(Type type) => type.IsNested
        ? (type.IsNestedPublic || type.IsNestedFamily) && IsVisible(type.DeclaringType!)
        : type.IsPublic;

    static bool IsVisible(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    static string Static(bool isStatic) => isStatic ? "static " : "";

    static bool Has(IEnumerable<CustomAttributeData> attributes, string name) => attributes.Any(attribute => attribute.AttributeType.Name == name);
}
