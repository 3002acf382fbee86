package org.gatun.rules;

import com.sun.source.tree.BindingPatternTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CaseLabelTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConstantCaseLabelTree;
import com.sun.source.tree.DeconstructionPatternTree;
import com.sun.source.tree.DefaultCaseLabelTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.PatternCaseLabelTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.ThrowTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.UnaryTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/**
 * Finds the switches by which an operation could come to lack a rule unnoticed: those with a default arm, with a pattern that
 * takes every operation, or with an arm that only throws. Then the compiler could no longer refuse a new operation that an
 * interpreter does not know. Switches over numbers and strings, which cannot be exhaustive, may have a default arm.
 */
final class SwitchRules extends TreeScanner<Void, Void> {
    /** How a switch lets an operation through. */
    enum Kind {
        /** An arm that takes operations it does not name. */
        OPEN("an arm for operations it does not name"),
        /** An arm that names an operation and refuses it. */
        THROWING("an arm that only throws");

        private final String description;

        Kind(String description) {
            this.description = description;
        }
    }

    record Violation(Kind kind, String file, long line, String code) {
        @Override
        public String toString() {
            return file + ":" + line + " has " + kind.description + ": " + code;
        }
    }

    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<Violation> violations = new ArrayList<>();

    private SwitchRules(CompilationUnitTree unit, SourcePositions positions) {
        this.unit = unit;
        this.positions = positions;
    }

    /** What is wrong in a source file, each with the line it is on. */
    static List<Violation> violations(JavaFileObject source) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var task = (JavacTask) compiler.getTask(null, null, null, List.of("-proc:none"), null, List.of(source));
        var found = new ArrayList<Violation>();
        for (CompilationUnitTree unit : task.parse()) {
            var rules = new SwitchRules(unit, Trees.instance(task).getSourcePositions());
            rules.scan(unit, null);
            found.addAll(rules.violations);
        }
        return found;
    }

    @Override
    public Void visitSwitch(SwitchTree tree, Void unused) {
        check(tree.getCases());
        return super.visitSwitch(tree, null);
    }

    @Override
    public Void visitSwitchExpression(SwitchExpressionTree tree, Void unused) {
        check(tree.getCases());
        return super.visitSwitchExpression(tree, null);
    }

    private void check(List<? extends CaseTree> cases) {
        boolean overLiterals = cases.stream()
                .flatMap(arm -> arm.getLabels().stream())
                .anyMatch(label -> label instanceof ConstantCaseLabelTree constant && isLiteral(constant));
        for (CaseTree arm : cases) {
            for (CaseLabelTree label : arm.getLabels()) {
                if ((label instanceof DefaultCaseLabelTree && !overLiterals)
                        || (label instanceof PatternCaseLabelTree pattern && takesEverything(pattern))) {
                    report(arm, Kind.OPEN);
                } else if (label instanceof PatternCaseLabelTree pattern && isOperation(pattern) && onlyThrows(arm)) {
                    report(arm, Kind.THROWING);
                }
            }
        }
    }

    private static boolean isLiteral(ConstantCaseLabelTree label) {
        Tree constant = label.getConstantExpression();
        return (constant instanceof LiteralTree literal && literal.getKind() != Tree.Kind.NULL_LITERAL)
                || constant instanceof UnaryTree;
    }

    private static boolean takesEverything(PatternCaseLabelTree label) {
        return switch (label.getPattern()) {
            case BindingPatternTree binding ->
                String.valueOf(binding.getVariable().getType()).equals("Op");
            case DeconstructionPatternTree deconstruction -> false;
            default -> true; // the unnamed pattern
        };
    }

    /** Whether a pattern names a record nested in {@code Op}, as all operations are. */
    private static boolean isOperation(PatternCaseLabelTree label) {
        String type = switch (label.getPattern()) {
            case BindingPatternTree binding ->
                String.valueOf(binding.getVariable().getType());
            case DeconstructionPatternTree deconstruction ->
                deconstruction.getDeconstructor().toString();
            default -> "";
        };
        return type.startsWith("Op.");
    }

    private static boolean onlyThrows(CaseTree arm) {
        List<? extends StatementTree> statements = arm.getStatements();
        if (arm.getBody() instanceof BlockTree block) {
            statements = block.getStatements();
        }
        return arm.getBody() instanceof ThrowTree
                || (statements != null && !statements.isEmpty() && statements.getFirst() instanceof ThrowTree);
    }

    private void report(CaseTree arm, Kind kind) {
        String code = arm.toString().strip().lines().findFirst().orElse("");
        long line = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, arm));
        violations.add(new Violation(kind, unit.getSourceFile().getName(), line, code));
    }
}
