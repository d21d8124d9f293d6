using System.Reflection;

namespace HpdCds.Tests.SecondReading;

/// <summary>Takes away from a chart whatever is not needed to show a difference.</summary>
internal static class Smallest
{
    private static readonly Given Plain = new();
    private static readonly PropertyInfo[] Parts = [.. typeof(Given).GetProperties().Where(part => part.CanWrite)];

    public static int Weight(Given given) => Parts.Count(part => !Equals(part.GetValue(given), part.GetValue(Plain)));

    public static string Told(Given given) => string.Join(", ", Parts
        .Where(part => !Equals(part.GetValue(given), part.GetValue(Plain)))
        .Select(part => FormattableString.Invariant($"{part.Name} = {part.GetValue(given)}")));

    public static Given Of(Given given, Func<Given, bool> isDifferent)
    {
        foreach (var part in Parts.Where(part => !Equals(part.GetValue(given), part.GetValue(Plain))))
        {
            var simpler = given with { };
            part.SetValue(simpler, part.GetValue(Plain));
            if (isDifferent(simpler))
                given = simpler;
        }

        return given;
    }
}
