namespace HpdCds.Tests.Budget;

/// <summary>The verb as an operator calls it. It writes to the console of the process, so that these tests run alone.</summary>
[Collection(nameof(Alone))]
public sealed class SimulateVerbTests
{
    [Fact]
    public async Task The_verb_prints_shares_contributions_and_the_verdict()
    {
        var (code, output, errors) = await RunAsync("simulate", "--patients", "4000", "--seed", "3", "--model", "hpd-hcc");

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("hpd-hcc 1.0.0: 4000 synthetic first doses, seed 3", output, StringComparison.Ordinal);
        Assert.Contains("as coded", output, StringComparison.Ordinal);
        Assert.Contains("everything known", output, StringComparison.Ordinal);
        Assert.Contains("As coded: warning ", output, StringComparison.Ordinal);
        Assert.Contains("child-pugh", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hpd-solid", output, StringComparison.Ordinal);
        Assert.Equal(output, (await RunAsync("simulate", "--patients", "4000", "--seed", "3", "--model", "hpd-hcc")).Output);
    }

    [Theory]
    [InlineData("--patients", "many")]
    [InlineData("--patients", "0")]
    [InlineData("--patients")]
    [InlineData("--model", "hpd-none")]
    [InlineData("--fast")]
    public async Task What_is_not_understood_is_said_with_the_usage(params string[] wrong)
    {
        var (code, output, errors) = await RunAsync(["simulate", .. wrong]);

        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"{wrong[0]}: not understood.", errors, StringComparison.Ordinal);
        Assert.Contains("simulate [--patients N] [--seed S] [--model hpd-hcc|hpd-solid] [--write]", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] args)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var said = new StringWriter();
        using var complained = new StringWriter();
        Console.SetOut(said);
        Console.SetError(complained);
        try
        {
            return (await HpdCdsService.Main(args), said.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
