using System.Collections;
using System.ComponentModel;
using System.Reflection;

namespace HpdCds.Trust;

/// <summary>
/// Holds written settings against the classes that they are bound to. A name that nobody reads is a fault: a misspelt
/// list of tenants would otherwise be an open door. Values are never repeated, some of them are secrets.
/// </summary>
internal static class SettingsShape
{
    public static IEnumerable<string> Faults(IConfigurationSection section, Type type)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        return section.GetChildren().SelectMany(child => !properties.TryGetValue(child.Key, out var property)
            ? [$"{child.Path} is not a setting"]
            : IsNothing(child) && child.Value is null && NeedsText(property) ? [$"{child.Path} is null"] : Value(child, property.PropertyType));
    }

    private static IEnumerable<string> Value(IConfigurationSection section, Type type)
    {
        if (type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type))
            return IsNothing(section) ? [] : section.GetChildren().SelectMany(child => Item(child, type.GetGenericArguments()[^1])).Concat(NoText(section));
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string) || plain.IsValueType)
            return IsText(section, plain) ? [] : [$"{section.Path} is not a {Word(plain)}"];
        return Faults(section, type).Concat(NoText(section));
    }

    private static IEnumerable<string> Item(IConfigurationSection section, Type type) =>
        section.Value is null && !section.GetChildren().Any() ? [$"{section.Path} is null"] : Value(section, type);

    private static bool NeedsText(PropertyInfo property) =>
        property.PropertyType == typeof(string) && new NullabilityInfoContext().Create(property).ReadState == NullabilityState.NotNull;

    private static string[] NoText(IConfigurationSection section) =>
        string.IsNullOrEmpty(section.Value) ? [] : [$"{section.Path} is one value where several are expected"];

    private static bool IsNothing(IConfigurationSection section) => string.IsNullOrEmpty(section.Value) && !section.GetChildren().Any();

    private static bool IsText(IConfigurationSection section, Type type) => !section.GetChildren().Any()
        && (section.Value is not { } text || type == typeof(string) || TypeDescriptor.GetConverter(type).IsValid(text));

    private static string Word(Type type) => type == typeof(bool) ? "true or false"
        : type == typeof(TimeSpan) ? "time span such as 00:00:03"
        : type == typeof(string) ? "text"
        : "number";
}
