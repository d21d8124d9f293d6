using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Tests.Knowledge;

public sealed class DrugTableTests
{
    private static DrugTable Drugs => Profiles.AsShipped.Drugs;

    [Theory]
    [InlineData("nivolumab 240 mg IV every 2 weeks", "nivolumab")]
    [InlineData("NIVOLUMAB", "nivolumab")]
    [InlineData("Inj. Opdivo® 100mg/10ml", "nivolumab")]
    [InlineData("Opdivo Qvantig", "nivolumab")]
    [InlineData("tremelimumab-actl 300 mg", "tremelimumab")]
    [InlineData("dostarlimab-gxly", "dostarlimab")]
    [InlineData("Keytruda", "pembrolizumab")]
    [InlineData("(pembrolizumab)", "pembrolizumab")]
    [InlineData("注射用卡瑞利珠单抗 200mg", "camrelizumab")]
    [InlineData("艾瑞卡", "camrelizumab")]
    [InlineData("纳武利尤单抗注射液", "nivolumab")]
    [InlineData("欧狄沃", "nivolumab")]
    [InlineData("帕博利珠单抗", "pembrolizumab")]
    [InlineData("可瑞达", "pembrolizumab")]
    [InlineData("信迪利单抗（达伯舒）", "sintilimab")]
    [InlineData("达伯舒", "sintilimab")]
    [InlineData("注射液camrelizumab注射", "camrelizumab")]
    [InlineData("替雷利珠单抗", "tislelizumab")]
    [InlineData("卡度尼利单抗", "cadonilimab")]
    [InlineData("Avastin 400 mg", "bevacizumab")]
    [InlineData("bevacizumab-awwb", "bevacizumab")]
    [InlineData("甲磺酸阿帕替尼片", "rivoceranib")]
    [InlineData("apatinib mesylate", "rivoceranib")]
    public void A_drug_is_found_by_inn_brand_or_chinese_name(string text, string inn) =>
        Assert.Equal(inn, Assert.Single(Drugs.MatchText(text)).Inn);

    [Theory]
    [InlineData("nivolumab + ipilimumab", "nivolumab", "ipilimumab")]
    [InlineData("Opdualag", "nivolumab", "relatlimab")]
    [InlineData("atezolizumab/bevacizumab", "atezolizumab", "bevacizumab")]
    [InlineData("信迪利单抗联合贝伐珠单抗", "sintilimab", "bevacizumab")]
    [InlineData("艾帕洛利托沃瑞利单抗", "iparomlimab", "tuvonralimab")]
    [InlineData("齐倍安", "iparomlimab", "tuvonralimab")]
    public void Several_drugs_may_stand_in_one_text(string text, string first, string second) =>
        Assert.Equal([first, second], Drugs.MatchText(text).Select(drug => drug.Inn));

    [Theory]
    [InlineData("")]
    [InlineData("paclitaxel 80 mg/m2")]
    [InlineData("xnivolumab")]
    [InlineData("nivolumabx")]
    [InlineData("Opdivos")]
    [InlineData("pd-1-or-pd-l1-inhibitor")]
    [InlineData("利妥昔单抗")]
    public void Parts_of_words_and_other_drugs_are_not_matches(string text) => Assert.Empty(Drugs.MatchText(text));

    [Theory]
    [InlineData("novelimab 200 mg", true)]
    [InlineData("Inj. XYZLIZUMAB-abcd", true)]
    [InlineData("nivolumab with newlizumab", true)]
    [InlineData("注射用novelimab注射", true)]
    [InlineData("nivolumab", false)]
    [InlineData("pembrolizumab", false)]
    [InlineData("cemiplimab-rwlc", false)]
    [InlineData("tocilizumab", false)]
    [InlineData("natalizumab", false)]
    [InlineData("spesolimab", false)]
    [InlineData("bevacizumab", false)]
    [InlineData("limab", false)]
    [InlineData("rituximab", false)]
    public void A_name_formed_like_an_inhibitor_that_nobody_knows_is_noticed(string text, bool noticed) =>
        Assert.Equal(noticed, Drugs.LooksLikeUnknownInhibitor(text));

    [Theory]
    [InlineData("nivolumab", DrugTarget.Pd1)]
    [InlineData("durvalumab", DrugTarget.PdL1)]
    [InlineData("ipilimumab", DrugTarget.Ctla4)]
    [InlineData("relatlimab", DrugTarget.Lag3)]
    [InlineData("bevacizumab", DrugTarget.Vegf)]
    [InlineData("lenvatinib", DrugTarget.Tki)]
    [InlineData("pd-1-or-pd-l1-inhibitor", DrugTarget.Pd1)]
    public void A_drug_has_a_target(string inn, DrugTarget target) => Assert.Equal([target], Drugs.Find(inn)!.Targets);

    [Fact]
    public void Bispecific_antibodies_count_for_both_arms()
    {
        Assert.Equal([DrugTarget.Pd1, DrugTarget.Ctla4], Drugs.Find("cadonilimab")!.Targets);
        Assert.Equal([DrugTarget.Pd1, DrugTarget.Vegf], Drugs.Find("ivonescimab")!.Targets);
    }

    [Fact]
    public void A_group_of_the_code_sets_gives_its_drugs() =>
        Assert.Equal(["nivolumab", "relatlimab"], Drugs.OfGroup("nivolumab+relatlimab").Select(drug => drug.Inn));

    [Fact]
    public void Every_name_finds_the_drug_that_lists_it() =>
        Assert.All(
            Drugs.All.Where(drug => !drug.IsClass),
            drug => Assert.All(drug.AllNames, name => Assert.Contains(drug, Drugs.MatchText($"Rx {name} 100 mg"))));

    [Fact]
    public void Inhibitors_and_partners_are_told_apart() =>
        Assert.All(Drugs.All, drug => Assert.Equal(
            drug.Role == DrugRole.Inhibitor,
            drug.Targets.Any(target => target is DrugTarget.Pd1 or DrugTarget.PdL1 or DrugTarget.Ctla4 or DrugTarget.Lag3)));

    [Theory]
    [InlineData("Find_the_INN", "Find", "INN")]
    [InlineData("novelimab-abcd 200mg", "novelimab", "200mg")]
    public void Words_end_at_anything_that_is_not_latin(string text, string first, string last)
    {
        var words = DrugText.Words(text.Replace('_', '中')).ToArray();
        Assert.Equal((first, last), (words[0], words[^1]));
    }
}
