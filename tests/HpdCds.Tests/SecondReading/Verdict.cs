namespace HpdCds.Tests.SecondReading;

internal sealed record Verdict
{
    public string? OutOfScope { get; init; }
    public string? Model { get; init; }
    public bool Assessable { get; init; }
    public IReadOnlyList<Line> Lines { get; init; } = [];
    public int Low { get; init; }
    public int High { get; init; }
    public string? BandLow { get; init; }
    public string? BandHigh { get; init; }
    public string? Settles { get; init; }
    public IReadOnlyList<string> Order { get; init; } = [];
    public int Present { get; init; }
    public int Undecided { get; init; }
    public string Card { get; init; } = "none";
    public (int Low, int High)? RoyalMarsden { get; init; }

    public static Verdict On(Given given)
    {
        if (Scope(given) is { } outside)
        {
            return new() { OutOfScope = outside };
        }

        if (given.Cancer is Cancer.Two or Cancer.None)
        {
            return new() { Card = "info" };
        }

        var liver = given.Cancer == Cancer.Liver;
        IReadOnlyList<Line> lines = liver ? FactorSheet.Hepatocellular(given) : FactorSheet.Solid(given);
        (int present, int undecided) = liver ? Review.Count(given, lines) : (0, 0);
        Verdict seen = new()
        {
            Model = liver ? "hpd-hcc" : "hpd-solid",
            Lines = lines,
            Present = present,
            Undecided = undecided,
            RoyalMarsden = liver ? null : FactorSheet.RoyalMarsden(lines),
            Card = "info",
        };
        return CanBeAssessed(liver, lines) ? Banded(seen) : seen;
    }

    public static string Band(int points) => points switch { <= 1 => "baseline", <= 3 => "raised", _ => "high" };

    // Checked in the order child, continuation, intent, tumour.
    private static string? Scope(Given given)
    {
        (int Low, int High)? age = Review.Age(given);
        return age is { High: < 18 } ? "child"
            : given.Earlier is Earlier.LastMonth or Earlier.LastYear ? "continuation"
            : given.Perioperative ? "perioperative"
            : given.Cancer == Cancer.Blood ? "haematological"
            : null;
    }

    private static bool CanBeAssessed(bool liver, IReadOnlyList<Line> lines)
    {
        Line Row(string id) => lines.First(line => string.Equals(line.Id, id, StringComparison.Ordinal));
        bool Nothing(string id, int all) => Row(id) is { State: "unknown", Low: 0 } row && row.High == all;
        return liver
            ? !(Nothing("nlr", 2) && Nothing("child-pugh", 1))
            : !(Nothing("ldh", 1) && Nothing("nlr", 1) && Nothing("albumin", 1));
    }

    private static Verdict Banded(Verdict seen)
    {
        var (low, high) = Tally.Total(seen.Lines);
        var order = Settling.Order(seen.Lines);
        var differ = !string.Equals(Band(low), Band(high), StringComparison.Ordinal);
        return seen with
        {
            Assessable = true,
            Low = low,
            High = high,
            BandLow = Band(low),
            BandHigh = Band(high),
            Order = order,
            Settles = differ ? order.FirstOrDefault() : null,
            Card = CardFor(seen.Lines, low, high),
        };
    }

    private static string CardFor(IReadOnlyList<Line> lines, int low, int high)
    {
        Line[] imagingSilent =
        [
            .. lines.Select(line => line.Id is "pvtt" or "spread" or "liver-metastasis" or "sites"
                && line is { State: "unknown", Reason: Why.NotRecorded }
                    ? line with { High = line.Low }
                    : line),
        ];
        return Tally.Total(imagingSilent).High <= 1 ? "none" : Band(low) is "high" && Band(high) is "high" ? "warning" : "info";
    }
}

internal static class Tally
{
    public static (int Low, int High) Total(IReadOnlyList<Line> lines) => (Sum(lines, line => line.Low), Sum(lines, line => line.High));

    private static int Sum(IReadOnlyList<Line> lines, Func<Line, int> points)
    {
        int Highest(string domain) => lines.Where(line => line.Domain == domain).Select(points).DefaultIfEmpty(0).Max();
        int AtMostTwo(string domain) => Math.Min(2, lines.Where(line => line.Domain == domain).Sum(points));
        return Highest("inflammation") + Highest("liver") + Highest("genomics") + Highest("nutrition") + Highest("host")
            + AtMostTwo("invasion") + AtMostTwo("spread");
    }
}

internal static class Settling
{
    private static readonly string[] Tiers = ["A", "A-", "B", "C", "D", "E"];

    // The data worth measuring, the most clarifying first.
    public static string[] Order(IReadOnlyList<Line> lines)
    {
        var before = Width(Tally.Total(lines));
        return
        [
            .. lines.Select((line, row) => (line, row))
                .Where(entry => entry.line is { Core: true, Open: true })
                .Select(entry => (entry.line, entry.row, Worth: Worth(lines, entry.row, before)))
                .Where(entry => entry.Worth.Meet > 0m || entry.Worth.Narrower > 0m)
                .OrderByDescending(entry => entry.Worth.Meet)
                .ThenByDescending(entry => entry.Worth.Narrower)
                .ThenBy(entry => Array.IndexOf(Tiers, entry.line.Tier))
                .ThenBy(entry => entry.row)
                .Select(entry => entry.line.Datum),
        ];
    }

    private static (decimal Meet, decimal Narrower) Worth(IReadOnlyList<Line> lines, int row, int before)
    {
        Line open = lines[row];
        var values = open.High - open.Low + 1;
        var meet = 0;
        var narrower = 0;
        for (int points = open.Low; points <= open.High; points++)
        {
            Line[] supposed = [.. lines];
            supposed[row] = open with { Low = points, High = points };
            var total = Tally.Total(supposed);
            meet += string.Equals(Verdict.Band(total.Low), Verdict.Band(total.High), StringComparison.Ordinal) ? 1 : 0;
            narrower += before - Width(total);
        }

        return ((decimal)meet / values, (decimal)narrower / values);
    }

    private static int Width((int Low, int High) total) => total.High - total.Low;
}

internal static class Review
{
    public static (int Low, int High)? Age(Given given)
    {
        if (given.BirthYear is not { } year)
        {
            return null;
        }

        var firstMonth = given.BirthMonth ?? 1;
        var lastMonth = given.BirthMonth ?? 12;
        DateOnly earliest = new(year, firstMonth, given.BirthDay ?? 1);
        DateOnly latest = new(year, lastMonth, given.BirthDay ?? DateTime.DaysInMonth(year, lastMonth));
        return (Completed(latest, given.Today), Completed(earliest, given.Today));
    }

    // Present, and neither surely present nor surely absent, of the seven features of the review.
    public static (int Present, int Undecided) Count(Given given, IReadOnlyList<Line> lines)
    {
        List<(bool Yes, bool No)> features = [(given.Gender == "female", given.Gender == "male")];
        (int Low, int High)? age = Age(given);
        features.Add((age is { Low: >= 65 }, age is { High: < 65 }));
        foreach (string id in (string[])["child-pugh", "pvtt", "nlr", "ldh", "afp"])
        {
            Line line = lines.First(row => string.Equals(row.Id, id, StringComparison.Ordinal));
            features.Add((line.Low >= 1, line.High == 0));
        }

        return (features.Count(feature => feature.Yes), features.Count(feature => feature is { Yes: false, No: false }));
    }

    // Whoever is born on 29 February completes the year on 1 March when there is no such day.
    private static int Completed(DateOnly birth, DateOnly today)
    {
        var years = today.Year - birth.Year;
        var before = today.Month < birth.Month || (today.Month == birth.Month && today.Day < birth.Day);
        return before ? years - 1 : years;
    }
}
